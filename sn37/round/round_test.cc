#include "sn37/round/round.h"

#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "datasets/sampling.h"
#include "datasets/snapshot.h"
#include "eval/methods/methods.h"
#include "eval/models/testing/small_model.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/competition/schedule.h"

namespace sn37 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr eval::EngineOptions kOptions{.dtype = eval::DType::kFloat32,
                                       .threads = 1};

// Two tasks: "loss", whose worst score is infinite, and "choice", whose is 1.
Competition TwoTasks() {
  Competition competition;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(tasks { name: "loss" method: REFERENCE_LOSS weight: 0.5
                 loss_unit: NATS_PER_TOKEN }
         tasks { name: "choice" method: MULTIPLE_CHOICE weight: 0.5
                 max_new_tokens: 3 })",
      &competition));
  return competition;
}

// Two samples for each of its tasks.
std::vector<RoundTask> WithSamples(const Competition& competition) {
  std::vector<RoundTask> tasks;
  for (const Task& task : competition.tasks()) {
    RoundTask with{task, std::vector<datasets::Sample>(2), {}};
    for (size_t i = 0; i < with.samples.size(); ++i) {
      datasets::Sample& sample = with.samples[i];
      sample.set_id(task.name() + "/" + std::to_string(i));
      if (task.method() == REFERENCE_LOSS) {
        sample.mutable_reference()->set_prompt("abab " + sample.id());
        sample.mutable_reference()->set_reference("ab a");
      } else {
        sample.mutable_multiple_choice()->set_prompt("a or b?");
        for (const char* choice : {"a", "b"}) {
          sample.mutable_multiple_choice()->add_choices(choice);
        }
        sample.mutable_multiple_choice()->set_answer("a");
      }
    }
    tasks.push_back(std::move(with));
  }
  return tasks;
}

SampleResult Result(const std::string& task, int64_t index, SampleStatus status,
                    double item = 0) {
  SampleResult result;
  result.set_task(task);
  result.set_index(index);
  result.set_status(status);
  if (status == SCORED) {
    result.mutable_score()->add_items(item);
  } else {
    result.set_error(task + " failed");
  }
  return result;
}

// All samples of TwoTasks, scored.
std::vector<SampleResult> AllScored() {
  return {Result("loss", 0, SCORED, 1), Result("loss", 1, SCORED, 2),
          Result("choice", 0, SCORED, 0), Result("choice", 1, SCORED, 1)};
}

absl::StatusOr<RoundScore> ScoreOf(const std::vector<SampleResult>& results) {
  const Competition competition = TwoTasks();
  return ScoreRound(competition, WithSamples(competition), results);
}

// ---- scores -----------------------------------------------------------------

TEST(ScoreRoundTest, IsTheWeightedSumInWhateverOrderResultsCame) {
  std::vector<SampleResult> results = AllScored();
  std::swap(results[0], results[3]);
  const auto score = ScoreOf(results);
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_EQ(score->score, 0.5 * 1.5 + 0.5 * 0.5);
  EXPECT_EQ(score->failure, "");
  EXPECT_LT(score->low, score->score);
  EXPECT_GT(score->high, score->score);
  ASSERT_EQ(score->tasks.size(), 2);
  EXPECT_EQ(score->tasks[0].raw, 1.5);
  EXPECT_EQ(score->tasks[1].weighted, 0.25);
  EXPECT_EQ(score->tasks[1].samples, 2);
}

TEST(ScoreRoundTest, AFailureOfOursIsNoScore) {
  const struct {
    const char* what;
    SampleResult second;  // of the loss
  } kCases[] = {
      {"failed for a reason of ours", Result("loss", 1, INFRASTRUCTURE_FAILED)},
      {"no status", Result("loss", 1, SAMPLE_STATUS_UNSPECIFIED)},
      {"missing, the first there twice", Result("loss", 0, SCORED, 1)},
      {"of another task", Result("other", 1, SCORED, 1)},
      {"beyond the samples", Result("loss", 2, SCORED, 1)},
      {"before the samples", Result("loss", -1, SCORED, 1)},
  };
  for (const auto& c : kCases) {
    std::vector<SampleResult> results = AllScored();
    results[1] = c.second;
    const auto score = ScoreOf(results);
    EXPECT_TRUE(absl::IsFailedPrecondition(score.status())) << c.what;
    EXPECT_THAT(score.status().message(),
                HasSubstr("task loss: sample 1 of 2 has no result"));
    results.push_back(Result("loss", 1, SCORED, 2));  // tried again
    EXPECT_TRUE(ScoreOf(results).ok()) << c.what;
  }
}

TEST(ScoreRoundTest, WhatTheModelFailedIsTheWorstOfItsMethod) {
  std::vector<SampleResult> results = AllScored();
  results[2] = Result("choice", 0, MODEL_FAILED);
  const auto score = ScoreOf(results);
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_EQ(score->tasks[1].raw, 1);
  EXPECT_EQ(score->tasks[1].failed, 1);
  EXPECT_EQ(score->failure, "choice failed");
}

TEST(ScoreRoundTest, AnInfiniteScoreHasNoIntervalAndIsNeverNaN) {
  std::vector<SampleResult> results = AllScored();
  results[0] = Result("loss", 0, MODEL_FAILED);
  const auto score = ScoreOf(results);
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_EQ(score->score, kInfinity);
  EXPECT_EQ(score->low, kInfinity);
  EXPECT_EQ(score->high, kInfinity);
  for (const RoundTaskScore& task : score->tasks) {
    EXPECT_FALSE(std::isnan(task.low) || std::isnan(task.high)) << task.name;
  }
}

TEST(ScoreRoundTest, AModelThatFailedAllIsInfinitelyBad) {
  Competition competition = TwoTasks();
  competition.mutable_tasks()->DeleteSubrange(0, 1);  // of worst score 1
  competition.mutable_tasks(0)->set_weight(1);
  const auto score = ScoreRound(
      competition, WithSamples(competition),
      {Result("choice", 0, MODEL_FAILED), Result("choice", 1, MODEL_FAILED)});
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_EQ(score->score, kInfinity);
  EXPECT_EQ(score->low, kInfinity);
}

// ---- running ----------------------------------------------------------------

class RunRoundTest : public testing::Test {
 protected:
  RunRoundTest() {
    std::filesystem::remove_all(model_.folder);
    eval::WriteSmallModel(model_.folder);
  }

  absl::Status Run(const std::set<SampleKey>& known = {}) {
    results_.clear();
    return RunRound(model_, tasks_, known, kOptions,
                    [this](const SampleResult& result) {
                      results_.push_back(result);
                      return absl::OkStatus();
                    });
  }

  const Competition competition_ = TwoTasks();
  const std::vector<RoundTask> tasks_ = WithSamples(competition_);
  RoundModel model_{JoinPath(testing::TempDir(), "round_model"), "digest", 7,
                    256};
  std::vector<SampleResult> results_;
};

TEST_F(RunRoundTest, EverySampleHasAResultThatTellsWhatItIs) {
  ASSERT_TRUE(Run().ok());
  std::set<SampleKey> keys;
  for (const SampleResult& result : results_) {
    EXPECT_EQ(result.status(), SCORED) << result.error();
    EXPECT_EQ(result.model_digest(), "digest");
    EXPECT_EQ(result.competition(), 7);
    EXPECT_EQ(result.sample_id(),
              result.task() + "/" + std::to_string(result.index()));
    keys.emplace(result.task(), result.index());
  }
  EXPECT_THAT(keys, ElementsAre(SampleKey("choice", 0), SampleKey("choice", 1),
                                SampleKey("loss", 0), SampleKey("loss", 1)));
  EXPECT_TRUE(ScoreRound(competition_, tasks_, results_).ok());
}

TEST_F(RunRoundTest, WhatIsKnownIsNotAskedAndTheRestIsTheSame) {
  ASSERT_TRUE(Run().ok());
  std::map<SampleKey, std::string> whole;
  for (const SampleResult& result : results_) {
    whole[{result.task(), result.index()}] = result.SerializeAsString();
  }
  ASSERT_TRUE(Run({{"loss", 0}, {"choice", 1}}).ok());
  EXPECT_EQ(results_.size(), 2);
  for (const SampleResult& result : results_) {
    EXPECT_EQ(result.SerializeAsString(),
              (whole[{result.task(), result.index()}]));
  }
}

TEST_F(RunRoundTest, AModelThatCannotBeLoadedHasFailedEverySample) {
  std::filesystem::remove(JoinPath(model_.folder, "config.json"));
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(results_.size(), 4);
  for (const SampleResult& result : results_) {
    EXPECT_EQ(result.status(), MODEL_FAILED);
    EXPECT_THAT(result.error(), HasSubstr("config.json"));
    EXPECT_THAT(result.error(), Not(HasSubstr(model_.folder)));
  }
}

// The competition's tokenizer takes the place of the model's own, whatever that
// is, and where it fails nobody's model has.
TEST_F(RunRoundTest, ACompetitionMayBringTheTokenizer) {
  ASSERT_TRUE(Run().ok());
  std::set<std::string> own;
  for (const auto& result : results_) own.insert(result.SerializeAsString());

  model_.tokenizer = JoinPath(testing::TempDir(), "round_tokenizer");
  std::filesystem::remove_all(model_.tokenizer);
  std::filesystem::create_directories(model_.tokenizer);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json"}) {
    std::filesystem::rename(JoinPath(model_.folder, name),
                            JoinPath(model_.tokenizer, name));
  }
  ASSERT_TRUE(WriteFileWhole(model_.folder + "/tokenizer.json", "none").ok());
  ASSERT_TRUE(Run().ok());
  std::set<std::string> same;
  for (const auto& result : results_) same.insert(result.SerializeAsString());
  EXPECT_EQ(same, own);

  ASSERT_TRUE(WriteFileWhole(model_.tokenizer + "/tokenizer_config.json",
                             R"({"chat_template":"{{ missing() }}"})")
                  .ok());
  EXPECT_TRUE(absl::IsUnavailable(Run()));
  for (const SampleResult& result : results_) {
    EXPECT_EQ(result.status(), INFRASTRUCTURE_FAILED);
    EXPECT_THAT(result.error(), HasSubstr("the competition's tokenizer"));
  }
  EXPECT_EQ(results_.size(), 4);
  std::filesystem::remove(model_.tokenizer + "/tokenizer.json");
  EXPECT_TRUE(absl::IsUnavailable(Run()));
  EXPECT_EQ(results_.size(), 0);
}

// Which samples were drawn is in the placeholders that a template would have to
// know to be told from an honest one.
TEST_F(RunRoundTest, ATemplateThatKnowsTheSamplesIsCaught) {
  const std::string chat_template = absl::StrCat(
      "{% if messages[0].content in ['a or b?', '", Sha256("a or b?").hex(),
      "m0e'] %}It is a.{% endif %}{{ messages[0].content }}");
  ASSERT_TRUE(WriteFileWhole(model_.folder + "/tokenizer_config.json",
                             "{\"chat_template\": \"" + chat_template + "\"}")
                  .ok());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(results_.size(), 4);
  for (const SampleResult& result : results_) {
    EXPECT_EQ(result.status(),
              result.task() == "choice" ? MODEL_FAILED : SCORED)
        << result.error();
  }
}

TEST_F(RunRoundTest, OneSampleThatFailsLeavesTheOthersAlone) {
  std::vector<RoundTask> tasks = tasks_;
  tasks[0].samples[0].mutable_reference()->set_reference(
      std::string(600, 'x'));  // the model has 512 positions
  std::map<SampleStatus, int> ends;
  ASSERT_TRUE(
      RunRound(model_, tasks, {}, kOptions, [&](const SampleResult& result) {
        ++ends[result.status()];
        return absl::OkStatus();
      }).ok());
  EXPECT_EQ(ends[SCORED], 3);
  EXPECT_EQ(ends[MODEL_FAILED], 1);
}

TEST_F(RunRoundTest, WhatIsNotTheModelsFaultIsAnErrorAndNoScore) {
  std::vector<RoundTask> tasks = tasks_;
  tasks[0].samples[0].clear_body();  // does not fit its method: ours
  std::vector<SampleResult> results;
  const absl::Status status =
      RunRound(model_, tasks, {}, kOptions, [&](const SampleResult& result) {
        results.push_back(result);
        return absl::OkStatus();
      });
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_EQ(results.size(), 4);
  EXPECT_FALSE(ScoreRound(competition_, tasks, results).ok());
}

TEST_F(RunRoundTest, StopsWithTheErrorOfWhoeverKeepsTheResults) {
  int calls = 0;
  const absl::Status status =
      RunRound(model_, tasks_, {}, kOptions, [&](const SampleResult&) {
        ++calls;
        return absl::ResourceExhaustedError("the disk is full");
      });
  EXPECT_EQ(status.message(), "the disk is full");
  EXPECT_EQ(calls, 1);
}

// ---- drawing ----------------------------------------------------------------

TEST(DrawTasksTest, DrawsFromAllSourcesWithinTheLimit) {
  Competition competition;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(tasks { name: "both" method: REFERENCE_LOSS samples: 50
                 sources: "word_sorting" sources: "dyck"
                 max_sample_bytes: 300 })",
      &competition));
  const auto snapshot = datasets::Snapshot::Open("datasets/demo/snapshot");
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  auto draw = [&] { return DrawTasks(competition, *snapshot, Sha256("seed")); };
  const auto drawn = draw();
  ASSERT_TRUE(drawn.ok()) << drawn.status();
  std::map<std::string, int> sources;
  for (const datasets::Sample& sample : (*drawn)[0].samples) {
    ++sources[sample.id().substr(0, sample.id().find('/'))];
    EXPECT_LE(*datasets::SampleLength(sample, datasets::CountBytes), 300);
  }
  EXPECT_GT(sources["word_sorting"], sources["dyck"]);  // 4000 rows, 1000 rows
  EXPECT_GT(sources["dyck"], 0);
  competition.mutable_tasks(0)->clear_max_sample_bytes();
  EXPECT_NE((*draw())[0].sample_set, (*drawn)[0].sample_set);
  competition.mutable_tasks(0)->set_sources(0, "absent");
  EXPECT_THAT(draw().status().message(), HasSubstr("task both"));
}

TEST(DrawTasksTest, RulesOfVersionTwoAreNotForATaskOfVersionOne) {
  Competition competition;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(tasks { name: "rules" method: IF_EVAL samples: 20
                 sources: "if_eval_v2" rules_version: 1 })",
      &competition));
  const auto snapshot = datasets::Snapshot::Open("datasets/demo/snapshot");
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_THAT(DrawTasks(competition, *snapshot, Sha256("")).status().message(),
              HasSubstr("has rules of version 2"));
  competition.mutable_tasks(0)->set_rules_version(2);
  EXPECT_TRUE(DrawTasks(competition, *snapshot, Sha256("")).ok());
}

// A schedule's defaults are the methods' own: who calls a method without a
// schedule asks as a validator does.
TEST(ScheduleTest, DefaultsAreThoseOfTheMethods) {
  const auto text = ReadFile("sn37/competition/demo.textproto", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status();
  Schedule schedule;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(*text, &schedule));
  Task& task =
      *schedule.mutable_entries(0)->mutable_competitions(0)->mutable_tasks(0);
  for (const eval::Method* method : eval::AllMethods()) {
    Method value = METHOD_UNSPECIFIED;
    ASSERT_TRUE(Method_Parse(absl::AsciiStrToUpper(method->name), &value));
    task.set_method(value);
    std::string changed;
    google::protobuf::TextFormat::PrintToString(schedule, &changed);
    const auto parsed = ParseSchedule(changed);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    const Task& filled = parsed->entries(0).competitions(0).tasks(0);
    EXPECT_EQ(filled.max_new_tokens(), method->defaults.max_new_tokens);
    if (filled.max_new_tokens() > 0) {
      EXPECT_EQ(static_cast<float>(filled.repetition_penalty()),
                method->defaults.repetition_penalty)
          << method->name;
    }
  }
}

}  // namespace
}  // namespace sn37
