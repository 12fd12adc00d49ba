// Decisions from results made by hand: one task of multiple choice with two
// samples, so that a model's score is the share of its wrong answers.
#include "jobs/decide.h"

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/competition/retry.h"
#include "sn37/competition/schedule.h"

namespace sn37::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr char kSchedule[] = R"pb(
  netuid: 37
  version_key: 3010
  sync_cadence: 360
  alpha: 0.9
  min_weight: 0.18
  keep: 2
  entries {
    competitions {
      id: 1
      name: "chat"
      reward: 1
      constraints {
        max_parameters: 100
        sequence_length: 16
        dtype: BFLOAT16
        max_bytes: 100
        architectures: "LlamaForCausalLM"
      }
      epsilon { fixed: 0.05 }
      tasks {
        name: "mc"
        method: MULTIPLE_CHOICE
        sources: "mc"
        samples: 2
        weight: 1
      }
    }
  })pb";

class DecideTest : public testing::Test {
 protected:
  DecideTest() {
    absl::StatusOr<Schedule> schedule = ParseSchedule(kSchedule);
    EXPECT_TRUE(schedule.ok()) << schedule.status();
    *plan_.mutable_schedule() = *schedule;
    plan_.set_netuid(37);
    plan_.set_sync_block(1440);
    plan_.set_max_weight_limit(65535);
    const std::string answer(1, 'A');
    RoundTask task;
    task.task = schedule->entries(0).competitions(0).tasks(0);
    for (int i = 0; i < 2; ++i) {
      datasets::Sample sample;
      sample.mutable_multiple_choice()->set_answer(answer);
      sample.mutable_multiple_choice()->add_choices(answer);
      task.samples.push_back(sample);
    }
    tasks_[1].push_back(task);
  }

  // A model with this many wrong answers of two.
  PlannedModel& Add(const std::string& hotkey, uint64_t block, int wrong) {
    Slot& slot = *plan_.add_slots();
    slot.set_uid(plan_.slots_size());
    slot.set_hotkey(hotkey);
    PlannedModel& model = *plan_.add_models();
    model.set_competition(1);
    model.set_uid(slot.uid());
    model.set_hotkey(hotkey);
    model.set_block(block);
    model.set_digest(hotkey);
    model.set_reason(NEW);
    model.set_commitment("text of " + hotkey);
    for (int i = 0; i < 2; ++i) {
      SampleResult result;
      result.set_competition(1);
      result.set_model_digest(hotkey);
      result.set_task("mc");
      result.set_index(i);
      result.set_status(SCORED);
      result.add_responses()->set_text(std::string(1, 'A'));
      result.mutable_score()->add_items(i < wrong ? 1 : 0);
      results_.push_back(result);
    }
    return model;
  }

  void FailAll(const std::string& hotkey) {
    for (SampleResult& result : results_) {
      if (result.model_digest() != hotkey) continue;
      result.set_status(MODEL_FAILED);
      result.set_error("NaN in the weights");
      result.clear_score();
    }
  }

  Outcome DecideNow() {
    absl::StatusOr<Outcome> outcome = Decide(plan_, tasks_, results_, state_);
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    return *std::move(outcome);
  }

  // Hotkeys, best first.
  static std::vector<std::string> Order(const Outcome& outcome) {
    std::vector<std::string> hotkeys;
    for (const ModelDecision& model : outcome.decision.models()) {
      hotkeys.push_back(model.hotkey());
    }
    return hotkeys;
  }

  EpochPlan plan_;
  TasksByCompetition tasks_;
  std::vector<SampleResult> results_;
  ValidatorState state_;
};

TEST_F(DecideTest, TheEarlierOfEqualModelsWinsAndTakesTheWeight) {
  Add("late", 1100, 1);
  Add("early", 1000, 1);
  Add("worse", 900, 2);
  Outcome outcome = DecideNow();
  EXPECT_THAT(Order(outcome), ElementsAre("early", "late", "worse"));
  ASSERT_EQ(outcome.decision.weights_size(), 1);
  EXPECT_EQ(outcome.decision.weights(0).hotkey(), "early");
  EXPECT_EQ(outcome.decision.weights(0).value(), 65535);
  EXPECT_EQ(outcome.decision.models(0).wins(), 2);
  EXPECT_EQ(outcome.decision.models(0).score(), 0.5);
}

TEST_F(DecideTest, TheStateRemembersHistoryAverageCommitmentsAndTheKept) {
  Add("a", 1000, 0);
  Add("b", 1001, 1);
  Add("c", 1002, 2);
  const ValidatorState next = DecideNow().next;
  EXPECT_EQ(next.last_epoch, 1440);
  EXPECT_THAT(next.averages.at(1), ElementsAre(Pair("a", 1.0f)));
  EXPECT_THAT(next.kept, ElementsAre(Pair(1, "a"), Pair(1, "b")));
  EXPECT_EQ(next.seen.at("c").text, "text of c");
  EXPECT_THAT(next.history.at({1, "c"}),
              ElementsAre(Evaluation{1440, 1.0, 1000, 0.0}));
}

TEST_F(DecideTest, AFieldThatFailedGetsNoWeightAndMovesNoAverage) {
  Add("a", 1000, 0);
  FailAll("a");
  state_.averages[1] = {{"a", 1.0f}};
  state_.last_epoch = 1080;
  Outcome outcome = DecideNow();
  EXPECT_TRUE(std::isinf(outcome.decision.models(0).score()));
  EXPECT_THAT(outcome.decision.models(0).failure(), HasSubstr("NaN"));
  EXPECT_THAT(outcome.next.averages.at(1), ElementsAre(Pair("a", 1.0f)));
  EXPECT_EQ(outcome.next.history.at({1, "a"}).size(), 1);
}

TEST_F(DecideTest, AWinnerThatFailsOnceStaysByItsAverage) {
  Add("winner", 1000, 0);
  Add("other", 1001, 1);
  Add("never", 1002, 2);
  FailAll("winner");
  FailAll("never");
  state_.averages[1] = {{"winner", 1.0f}};
  state_.last_epoch = 1080;
  const ValidatorState next = DecideNow().next;
  EXPECT_THAT(next.kept, ElementsAre(Pair(1, "other"), Pair(1, "winner")));
}

// Else it would be new each time, and evaluated in every epoch.
TEST_F(DecideTest, AFieldThatFailedAgainIsNotTriedAThirdTime) {
  Add("a", 1000, 0).set_reason(RETRY);
  FailAll("a");
  constexpr double kInf = std::numeric_limits<double>::infinity();
  state_.history[{1, "a"}] = {{1080, kInf, 0, kInf}};
  state_.last_epoch = 1080;
  const ValidatorState next = DecideNow().next;
  EXPECT_THAT(next.kept, IsEmpty());
  EXPECT_FALSE(ShouldRetry(next.history.at({1, "a"}), Epsilon(), 1800));
}

TEST_F(DecideTest, AMisconfiguredModelFailsWithoutResults) {
  Add("good", 1000, 1);
  Add("bad", 900, 0).set_misconfigured("parameters: too many");
  results_.resize(2);
  Outcome outcome = DecideNow();
  EXPECT_THAT(Order(outcome), ElementsAre("good", "bad"));
  EXPECT_EQ(outcome.decision.models(1).failure(), "parameters: too many");
  EXPECT_EQ(outcome.next.seen.at("bad").misconfigured, "parameters: too many");
  EXPECT_EQ(outcome.next.history.count({1, "bad"}), 0);
}

TEST_F(DecideTest, ANewCommitmentBeginsANewHistory) {
  Add("new", 1000, 0);
  Add("kept", 1000, 1).set_reason(KEPT);
  for (const char* hotkey : {"new", "kept", "gone"}) {
    state_.history[{1, hotkey}] = {{1080, 0.5, 900, 0.5}};
  }
  const ValidatorState next = DecideNow().next;
  EXPECT_EQ(next.history.at({1, "new"}).size(), 1);
  EXPECT_EQ(next.history.at({1, "kept"}).size(), 2);
  EXPECT_EQ(next.history.count({1, "gone"}), 0);  // left the subnet
}

TEST_F(DecideTest, AMissingSampleIsNoDecision) {
  Add("a", 1000, 0);
  results_.pop_back();
  EXPECT_EQ(Decide(plan_, tasks_, results_, state_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(DecideTest, AFailedSampleCountsAsWorst) {
  Add("a", 1000, 0);
  results_[1].set_status(MODEL_FAILED);
  results_[1].clear_score();
  const ModelDecision model = DecideNow().decision.models(0);
  EXPECT_EQ(model.score(), 0.5);
  EXPECT_EQ(model.tasks(0).failed(), 1);
}

}  // namespace
}  // namespace sn37::jobs
