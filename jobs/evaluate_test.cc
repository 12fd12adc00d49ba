// The evaluate stage with an executor that does what a test tells it.
#include "jobs/evaluate.h"

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jobs/sample_log.h"
#include "jobs/stall_limit.h"
#include "sn37/base/append_log.h"
#include "sn37/base/file.h"

namespace sn37::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kSamples = 3;

EpochPlan Plan() {
  EpochPlan plan;
  PlannedTask& task = *plan.add_tasks();
  task.set_competition(1);
  task.set_name("t");
  task.set_samples(kSamples);
  for (const char* digest : {"aa", "bb", "aa"}) {  // the third is a copy
    PlannedModel& model = *plan.add_models();
    model.set_competition(1);
    model.set_uid(plan.models_size());
    model.set_digest(digest);
  }
  plan.add_models()->set_misconfigured("no weights");
  return plan;
}

void Log(const EpochFolder& folder, const EpochPlan& plan, int shard,
         int64_t index) {
  const PlannedModel& model = plan.models(shard);
  auto log = AppendLog::Open(folder.log(model.competition(), model.digest()),
                             kMaxLogBytes);
  ASSERT_TRUE(log.ok()) << log.status();
  SampleResult result;
  result.set_competition(model.competition());
  result.set_model_digest(model.digest());
  result.set_task("t");
  result.set_index(index);
  result.set_status(SCORED);
  ASSERT_TRUE(AppendSample(*log, result).ok());
}

void LogAll(const EpochFolder& folder, const EpochPlan& plan, int shard) {
  for (int i = 0; i < kSamples; ++i) Log(folder, plan, shard, i);
}

ShardEnd EndedBy(int signal) {
  ShardEnd end;
  end.signal = signal;
  return end;
}

// Calls `run` for each shard, and notes which were run.
class FakeExecutor : public Executor {
 public:
  explicit FakeExecutor(std::function<ShardEnd(int)> run)
      : run_(std::move(run)) {}

  absl::StatusOr<std::vector<ShardEnd>> Run(
      absl::Span<const int> shards, absl::FunctionRef<void(int64_t)>) override {
    std::vector<ShardEnd> ends;
    for (int shard : shards) {
      started.push_back(shard);
      ends.push_back(run_(shard));
    }
    return ends;
  }

  std::vector<int> started;

 private:
  std::function<ShardEnd(int)> run_;
};

EpochFolder FreshFolder(const std::string& name) {
  EpochFolder folder(JoinPath(testing::TempDir(), name));
  EXPECT_TRUE(MakeFolder(folder.logs()).ok());
  return folder;
}

TEST(EvaluateTest, ModelsWithTheSameFilesShareAShard) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("share");
  FakeExecutor executor([&](int shard) {
    LogAll(folder, plan, shard);
    return ShardEnd();
  });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->incomplete_because, "");
  EXPECT_THAT(executor.started, ElementsAre(0, 1));
  ASSERT_EQ(evaluation->results.size(), 2 * kSamples);
  EXPECT_EQ(evaluation->results[0].model_digest(), "aa");
  EXPECT_EQ(evaluation->results[kSamples].model_digest(), "bb");
}

TEST(EvaluateTest, WhatIsLoggedIsNotRunAgain) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("logged");
  LogAll(folder, plan, 0);
  FakeExecutor executor([&](int shard) {
    LogAll(folder, plan, shard);
    return ShardEnd();
  });
  ASSERT_TRUE(Evaluate(plan, folder, executor).ok());
  EXPECT_THAT(executor.started, ElementsAre(1));
}

TEST(EvaluateTest, AModelThatCrashesItsWorkerTwiceHasFailed) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("crash");
  FakeExecutor executor([&](int shard) {
    if (shard == 0) {
      Log(folder, plan, shard, 0);
      return EndedBy(SIGSEGV);
    }
    LogAll(folder, plan, shard);
    return ShardEnd();
  });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->incomplete_because, "");
  EXPECT_THAT(executor.started, ElementsAre(0, 1, 0));
  ASSERT_EQ(evaluation->results.size(), 2 * kSamples);
  for (int i = 0; i < kSamples; ++i) {  // that it reached one does not count
    EXPECT_EQ(evaluation->results[i].status(), MODEL_FAILED);
    EXPECT_THAT(evaluation->results[i].error(),
                HasSubstr("crashes its worker"));
  }
  EXPECT_EQ(evaluation->results[kSamples].status(), SCORED);
}

TEST(EvaluateTest, AModelThatStallsItsWorkerTwiceHasFailed) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("stall");
  FakeExecutor executor([&](int shard) {
    if (shard == 0) return EndedBy(kStallSignal);
    LogAll(folder, plan, shard);
    return ShardEnd();
  });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->incomplete_because, "");
  EXPECT_THAT(executor.started, ElementsAre(0, 1, 0));
  ASSERT_EQ(evaluation->results.size(), 2 * kSamples);
  for (int i = 0; i < kSamples; ++i) {
    EXPECT_EQ(evaluation->results[i].status(), MODEL_FAILED);
    EXPECT_THAT(evaluation->results[i].error(), HasSubstr("stalls its worker"));
  }
  EXPECT_EQ(evaluation->results[kSamples].status(), SCORED);
}

TEST(EvaluateTest, WhereEveryWorkerStallsNoModelIsToBlame) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("all_stall");
  FakeExecutor executor([](int) { return EndedBy(kStallSignal); });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(evaluation->incomplete_because, HasSubstr("--stall_limit"));
  EXPECT_TRUE(evaluation->results.empty());
}

TEST(EvaluateTest, WhereEveryWorkerCrashesNoModelIsToBlame) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("all_crash");
  FakeExecutor executor([](int) { return EndedBy(SIGSEGV); });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(evaluation->incomplete_because, HasSubstr("ended by"));
  EXPECT_THAT(executor.started, ElementsAre(0, 1, 0, 1));
  EXPECT_TRUE(evaluation->results.empty());
}

TEST(EvaluateTest, AWorkerThatGivesUpBlamesNoModel) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("gives_up");
  FakeExecutor executor([&](int shard) {
    if (shard == 0) return EndedBy(SIGABRT);
    LogAll(folder, plan, shard);
    return ShardEnd();
  });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(evaluation->incomplete_because,
              HasSubstr("uid 1: the worker was ended by Aborted"));
  EXPECT_THAT(executor.started, ElementsAre(0, 1, 0));
  EXPECT_EQ(evaluation->results.size(), kSamples);
}

TEST(EvaluateTest, AModelAloneIsNotToBlame) {
  EpochPlan plan = Plan();
  plan.mutable_models()->DeleteSubrange(1, plan.models_size() - 1);
  EpochFolder folder = FreshFolder("alone");
  FakeExecutor executor([](int) { return EndedBy(SIGSEGV); });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(evaluation->incomplete_because, HasSubstr("ended by"));
  EXPECT_TRUE(evaluation->results.empty());
}

TEST(EvaluateTest, AModelThatFinishedBeforeShowsThatOneCan) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("before");
  LogAll(folder, plan, 1);
  FakeExecutor executor([](int) { return EndedBy(SIGSEGV); });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->incomplete_because, "");
  EXPECT_EQ(evaluation->results.size(), 2 * kSamples);
}

TEST(EvaluateTest, AKilledWorkerIsTriedAgain) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("again");
  int runs = 0;
  FakeExecutor executor([&](int shard) {
    if (++runs == 1) return EndedBy(SIGKILL);
    LogAll(folder, plan, shard);
    return ShardEnd();
  });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->incomplete_because, "");
  EXPECT_THAT(executor.started, ElementsAre(0, 1, 0));
}

TEST(EvaluateTest, AFailureOfOursThatStaysLeavesItIncomplete) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("incomplete");
  FakeExecutor executor([&](int shard) {
    ShardEnd end;
    if (shard == 1) {
      end.exit_code = 1;
      end.message = "the disk is full";
    } else {
      LogAll(folder, plan, shard);
    }
    return end;
  });
  auto evaluation = Evaluate(plan, folder, executor);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->incomplete_because,
            "competition 1, uid 2: the disk is full");
  EXPECT_EQ(evaluation->results.size(), kSamples);
}

TEST(SampleLogTest, FailuresOfOursAreNotResults) {
  EpochPlan plan = Plan();
  EpochFolder folder = FreshFolder("ours");
  const std::string path = folder.log(1, "aa");
  {
    auto log = AppendLog::Open(path, kMaxLogBytes);
    ASSERT_TRUE(log.ok());
    SampleResult result;
    result.set_task("t");
    result.set_status(INFRASTRUCTURE_FAILED);
    ASSERT_TRUE(AppendSample(*log, result).ok());
  }
  Log(folder, plan, 0, 2);
  auto results = ReadSampleLog(path);
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->size(), 1);
  EXPECT_EQ(results->front().index(), 2);
}

}  // namespace
}  // namespace sn37::jobs
