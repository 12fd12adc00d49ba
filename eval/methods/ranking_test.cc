#include <cmath>
#include <vector>

#include "eval/methods/methods.h"
#include "eval/methods/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const Method& RankingMethod() { return *FindMethod("ranking"); }

datasets::Sample List(const std::vector<int>& relevant) {
  datasets::Sample sample;
  sample.mutable_ranking()->set_prompt("Liked: X, Y");
  for (const char* item : {"Alien", "Brazil", "Contact"}) {
    sample.mutable_ranking()->add_items(item);
  }
  for (int place : relevant) sample.mutable_ranking()->add_relevant(place);
  return sample;
}

TEST(RankingTest, ScoresEveryItemAsAReplyToTheHistory) {
  const auto requests = RankingMethod().build(List({1}), 0, MakeTinyTokenizer(),
                                              {.sequence_length = 100});
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->score.size(), 3u);
  EXPECT_THAT(
      requests->score[2].tokens,
      ElementsAreArray(Characters("[user]Liked: X, Y[assistant]Contact")));
  EXPECT_THAT(requests->scored_bytes, ElementsAre(5, 6, 7));
}

TEST(RankingTest, TheItemIsOneLessNdcg) {
  const auto score = RankingMethod().judge(
      List({1}),
      MakeResponses({LossResponse(1, -1, 5), LossResponse(1, -2, 6),
                     LossResponse(1, -3, 7)}),
      {});
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_THAT(score->items(), ElementsAre(1 - 1 / std::log2(3.0)));
  ASSERT_EQ(score->numbers_size(), 2);
  EXPECT_EQ(score->numbers(0).name(), "ndcg");
  EXPECT_EQ(score->numbers(1).name(), "hit");
  EXPECT_EQ(score->numbers(1).value(), 1);
}

TEST(RankingTest, AListWithoutItsRelevantItemsIsOurFault) {
  for (const std::vector<int>& relevant :
       std::vector<std::vector<int>>{{}, {3}, {-1}, {1, 1}, {2, 1}}) {
    EXPECT_EQ(RankingMethod().judge(List(relevant), {}, {}).status().code(),
              absl::StatusCode::kInternal);
  }
}

}  // namespace
}  // namespace sn37::eval
