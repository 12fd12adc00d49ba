#include "jobs/result_cache.h"

#include <filesystem>
#include <functional>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "jobs/sample_log.h"
#include "sn37/base/file.h"
#include "sn37/competition/schedule.h"

namespace sn37::jobs {
namespace {

class ResultCacheTest : public testing::Test {
 protected:
  ResultCacheTest() {
    std::filesystem::remove_all(home_);
    EXPECT_TRUE(MakeFolder(home_).ok());
    plan_.set_format(1);
    plan_.set_sync_block(1440);
    *plan_.mutable_schedule() =
        *ParseSchedule(*ReadFile("sn37/competition/demo.textproto", 1 << 20));
    const Competition& competition =
        plan_.schedule().entries(0).competitions(0);
    PlannedTask& task = *plan_.add_tasks();
    task.set_competition(competition.id());
    task.set_name(competition.tasks(0).name());
    task.set_samples(1);
    PlannedModel& model = *plan_.add_models();
    model.set_competition(competition.id());
    model.set_digest("model");
  }

  SampleResult Result(SampleStatus status) const {
    SampleResult result;
    result.set_model_digest("model");
    result.set_competition(plan_.tasks(0).competition());
    result.set_task(plan_.tasks(0).name());
    result.set_status(status);
    return result;
  }

  // How many results a plan gets from the cache after `kept` were put there.
  size_t Known(const EpochPlan& plan, const SampleResult& kept) {
    const std::string home = absl::StrCat(home_, "/", ++homes_);
    EXPECT_TRUE(MakeFolder(home).ok());
    auto state = StateFile::Open(home + "/state.db");
    EXPECT_TRUE(state.ok()) << state.status();
    EXPECT_TRUE(CacheResults(plan_, {kept}, *state).ok());
    const EpochFolder folder(home, 1440);
    EXPECT_TRUE(LogCachedResults(plan, folder, *state).ok());
    const PlannedModel& model = plan.models(0);
    const std::string log = folder.log(model.competition(), model.digest());
    return FileExists(log) ? ReadSampleLog(log)->size() : 0;
  }

  const std::string home_ = JoinPath(testing::TempDir(), "result_cache");
  EpochPlan plan_;
  int homes_ = 0;
};

TEST_F(ResultCacheTest, KnowsWhatWasScoredAndTriesFailuresAgain) {
  EXPECT_EQ(Known(plan_, Result(SCORED)), 1);
  EXPECT_EQ(Known(plan_, Result(MODEL_FAILED)), 0);
}

TEST_F(ResultCacheTest, WhateverAResultDependsOnMakesItUnknown) {
  const std::function<void(EpochPlan&)> kChanges[] = {
      [](EpochPlan& plan) { plan.mutable_models(0)->set_digest("other"); },
      [](EpochPlan& plan) { plan.mutable_tasks(0)->set_sample_set("other"); },
      [](EpochPlan& plan) { plan.set_engine("other"); },
      [](EpochPlan& plan) { plan.set_dtype("other"); },
      [](EpochPlan& plan) { plan.set_device("other"); },
      [](EpochPlan& plan) {
        PlannedTokenizer& tokenizer = *plan.add_tokenizers();
        tokenizer.set_competition(plan.models(0).competition());
        tokenizer.set_digest("other");
      },
      [](EpochPlan& plan) {
        plan.mutable_schedule()
            ->mutable_entries(0)
            ->mutable_competitions(0)
            ->mutable_constraints()
            ->set_sequence_length(7);
      },
  };
  for (size_t i = 0; i < std::size(kChanges); ++i) {
    EpochPlan plan = plan_;
    kChanges[i](plan);
    EXPECT_EQ(Known(plan, Result(SCORED)), 0) << "change " << i;
  }
}

}  // namespace
}  // namespace sn37::jobs
