#include <cmath>

#include "eval/methods/methods.h"
#include "eval/methods/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const Method& PreferenceMethod() { return *FindMethod("preference"); }

datasets::Sample Pair() {
  datasets::Sample sample;
  sample.mutable_preference()->set_system("S");
  sample.mutable_preference()->set_prompt("P");
  sample.mutable_preference()->set_chosen("good");
  sample.mutable_preference()->set_rejected("so bad");
  return sample;
}

TEST(PreferenceTest, ScoresBothRepliesTheChosenFirst) {
  const auto requests = PreferenceMethod().build(Pair(), 0, MakeTinyTokenizer(),
                                                 {.sequence_length = 100});
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->score.size(), 2u);
  EXPECT_THAT(requests->score[0].tokens,
              ElementsAreArray(Characters("[system]S[user]P[assistant]good")));
  EXPECT_THAT(
      requests->score[1].tokens,
      ElementsAreArray(Characters("[system]S[user]P[assistant]so bad")));
  EXPECT_THAT(requests->scored_bytes, ElementsAre(4, 6));
}

TEST(PreferenceTest, TheItemFallsWithTheMarginPerByte) {
  const auto score = PreferenceMethod().judge(
      Pair(), MakeResponses({LossResponse(2, -2, 4), LossResponse(9, -9, 6)}),
      {});
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_THAT(score->items(), ElementsAre(1 / (1 + std::exp(1.0))));
  ASSERT_EQ(score->numbers_size(), 2);
  EXPECT_EQ(score->numbers(0).name(), "margin");
  EXPECT_EQ(score->numbers(0).value(), 7);
  EXPECT_EQ(score->numbers(1).name(), "margin_per_byte");
  EXPECT_EQ(score->numbers(1).value(), 1);
}

TEST(PreferenceTest, AReplyThatTheModelFailsIsWorst) {
  JudgedTask task(PreferenceMethod());
  task.Add(Pair(), std::nullopt);
  EXPECT_EQ(task.Score().raw, 1);
}

}  // namespace
}  // namespace sn37::eval
