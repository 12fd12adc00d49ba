#include "eval/methods/score_task.h"

#include <cmath>
#include <deque>
#include <vector>

#include "eval/methods/method.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

// Scores tasks whose samples have the given items; no items: a failed sample,
// which counts for one.
TaskScore Score(const std::vector<std::vector<double>>& samples, double worst) {
  const Method method = {
      .name = "test",
      .defaults = {},
      .worst = worst,
      .build = nullptr,
      .judge = nullptr,
      .item_count = [](const datasets::Sample&) { return int64_t{1}; },
      .is_void = IsNeverVoid,
  };
  const datasets::Sample sample;
  const Responses responses;
  std::deque<SampleScore> scores;
  std::vector<JudgedSample> judged;
  for (const auto& items : samples) {
    JudgedSample& entry = judged.emplace_back();
    entry = {&sample, &responses, nullptr};
    if (items.empty()) continue;
    SampleScore& score = scores.emplace_back();
    score.mutable_items()->Add(items.begin(), items.end());
    entry.score = &score;
  }
  return ScoreTask(method, judged);
}

TEST(ScoreTaskTest, TheMeanIsOverItems) {
  const TaskScore score = Score({{1, 1, 1}, {0}}, 1);
  EXPECT_EQ(score.raw, 0.75);
  EXPECT_EQ(score.samples, 2);
  EXPECT_EQ(score.failed, 0);
}

TEST(ScoreTaskTest, TheIntervalIsThatOfTheMeanOverSamples) {
  // Mean 2.5, sample variance 5/3, standard error sqrt(5/3/4).
  const TaskScore score = Score({{1}, {2}, {3}, {4}}, INFINITY);
  const double half = 1.959963984540054 * std::sqrt(5.0 / 12.0);
  EXPECT_DOUBLE_EQ(score.raw, 2.5);
  EXPECT_DOUBLE_EQ(score.low, 2.5 - half);
  EXPECT_DOUBLE_EQ(score.high, 2.5 + half);
}

TEST(ScoreTaskTest, ItemsOfOneSampleAreNoEvidenceOfTheirOwn) {
  const TaskScore once = Score({{1}, {2}, {3}, {4}}, INFINITY);
  const TaskScore thrice =
      Score({{1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, 4}}, INFINITY);
  EXPECT_DOUBLE_EQ(thrice.low, once.low);
  EXPECT_DOUBLE_EQ(thrice.high, once.high);
}

TEST(ScoreTaskTest, TheIntervalStaysWithinWhatIsPossible) {
  const TaskScore score = Score({{0}, {1}, {0}, {1}, {0}}, 1);
  EXPECT_GT(score.low, 0 - 1e-300);
  const TaskScore wide = Score({{0}, {1}}, 1);
  EXPECT_EQ(wide.low, 0);
  EXPECT_EQ(wide.high, 1);
  const TaskScore one = Score({{0.5}}, 1);
  EXPECT_EQ(one.raw, 0.5);
  EXPECT_EQ(one.low, 0);
  EXPECT_EQ(one.high, 1);
}

TEST(ScoreTaskTest, NumbersAreMeansOverTheSamplesThatDidNotFail) {
  const Method method = {
      .name = "test",
      .defaults = {},
      .worst = 1,
      .build = nullptr,
      .judge = nullptr,
      .item_count = [](const datasets::Sample&) { return int64_t{1}; },
      .is_void = IsNeverVoid,
  };
  const datasets::Sample sample;
  const Responses responses;
  SampleScore scores[2];
  for (int i = 0; i < 2; ++i) {
    scores[i].add_items(0);
    for (const char* name : {"ndcg", "hit"}) {
      Number& number = *scores[i].add_numbers();
      number.set_name(name);
      number.set_value(i + scores[i].numbers_size());
    }
  }
  const std::vector<JudgedSample> judged = {{&sample, &responses, &scores[0]},
                                            {&sample, &responses, nullptr},
                                            {&sample, &responses, &scores[1]}};
  const TaskScore score = ScoreTask(method, judged);
  ASSERT_EQ(score.numbers.size(), 2u);
  EXPECT_EQ(score.numbers[0].name(), "ndcg");
  EXPECT_EQ(score.numbers[0].value(), 1.5);
  EXPECT_EQ(score.numbers[1].name(), "hit");
  EXPECT_EQ(score.numbers[1].value(), 2.5);
}

TEST(ScoreTaskTest, AFailedSampleIsWorstPossible) {
  const TaskScore score = Score({{0}, {}}, 1);
  EXPECT_EQ(score.raw, 0.5);
  EXPECT_EQ(score.failed, 1);
  EXPECT_EQ(Score({{0}, {}}, INFINITY).raw, INFINITY);
}

TEST(ScoreTaskTest, NoSamplesAreWorstPossible) {
  EXPECT_EQ(Score({}, 1).raw, 1);
  EXPECT_EQ(Score({}, 1).low, 1);
  EXPECT_EQ(Score({}, INFINITY).raw, INFINITY);
}

}  // namespace
}  // namespace sn37::eval
