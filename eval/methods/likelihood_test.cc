#include "eval/methods/likelihood.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "eval/methods/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

double NumberOf(const SampleScore& score, const std::string& name) {
  for (const Number& number : score.numbers()) {
    if (number.name() == name) return number.value();
  }
  ADD_FAILURE() << "no number " << name;
  return NAN;
}

TEST(LikelihoodsTest, OfTheWholeAndPerByte) {
  const auto likelihoods = Likelihoods(
      MakeResponses({LossResponse(1, -3, 2), LossResponse(4, -8, 16)}));
  ASSERT_TRUE(likelihoods.ok()) << likelihoods.status();
  EXPECT_EQ((*likelihoods)[0].sum, -3);
  EXPECT_EQ((*likelihoods)[0].per_byte, -1.5);
  EXPECT_EQ((*likelihoods)[1].per_byte, -0.5);
}

TEST(LikelihoodsTest, WhatIsNoNumberOrOfNothingIsAnError) {
  const struct {
    Response response;
    absl::StatusCode code;
  } kCases[] = {
      {LossResponse(0, -1, 1), absl::StatusCode::kInvalidArgument},
      {LossResponse(1, -1, 0), absl::StatusCode::kInvalidArgument},
      {LossResponse(1, -INFINITY, 1), absl::StatusCode::kDataLoss},
      {LossResponse(1, NAN, 1), absl::StatusCode::kDataLoss},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Likelihoods(MakeResponses({c.response})).status().code(), c.code);
  }
}

TEST(ChoiceScoreTest, TheAnswerMustBeTheLikeliestPerByte) {
  const struct {
    std::vector<Likelihood> choices;  // the first is the answer
    double item;
    double margin;
    double margin_per_byte;
  } kCases[] = {
      {{{-2, -1}, {-3, -1.5}}, 0, 1, 0.5},
      {{{-3, -1.5}, {-2, -1}}, 1, -1, -0.5},
      // The two ways need not agree, nor mean the same other choice.
      {{{-4, -0.5}, {-1, -1}}, 0, -3, 0.5},
      {{{-4, -1}, {-1, -2}, {-9, -0.5}}, 1, -3, -0.5},
      // As likely is not likelier.
      {{{-2, -1}, {-2, -1}}, 1, 0, 0},
  };
  for (const auto& c : kCases) {
    const SampleScore score = ChoiceScore(c.choices, 0);
    ASSERT_EQ(score.items_size(), 1);
    EXPECT_EQ(score.items(0), c.item);
    EXPECT_EQ(NumberOf(score, "margin"), c.margin);
    EXPECT_EQ(NumberOf(score, "margin_per_byte"), c.margin_per_byte);
  }
}

TEST(PreferenceScoreTest, FallsWithTheMarginPerByte) {
  const struct {
    Likelihood chosen, rejected;
    double item;
  } kCases[] = {
      {{-5, -1}, {-9, -1}, 0.5},
      {{-5, -1}, {-9, -2}, 1 / (1 + std::exp(1.0))},
      {{-5, -2}, {-9, -1}, 1 / (1 + std::exp(-1.0))},
      {{-5, -1}, {-9, -5000}, 0},
      {{-5, -5000}, {-9, -1}, 1},
  };
  for (const auto& c : kCases) {
    const SampleScore score = PreferenceScore(c.chosen, c.rejected);
    ASSERT_EQ(score.items_size(), 1);
    EXPECT_EQ(score.items(0), c.item);
    EXPECT_EQ(NumberOf(score, "margin"), 4);
    EXPECT_EQ(NumberOf(score, "margin_per_byte"),
              c.chosen.per_byte - c.rejected.per_byte);
  }
}

// Items with these sums.
std::vector<Likelihood> Items(const std::vector<double>& sums) {
  std::vector<Likelihood> items;
  for (double sum : sums) items.push_back({sum, 0});
  return items;
}

TEST(RankingScoreTest, NdcgAndHitsAtTen) {
  const double kSecond = 1 / std::log2(3.0);
  const double kThird = 1 / std::log2(4.0);
  std::vector<double> falling;
  for (int i = 0; i < 12; ++i) falling.push_back(-i);
  const struct {
    std::vector<double> sums;
    std::vector<int32_t> relevant;
    double ndcg;
    double hit;
  } kCases[] = {
      {{-1, -2, -3}, {0}, 1, 1},
      {{-1, -2, -3}, {1}, kSecond, 1},
      {{-3, -1, -2}, {0}, kThird, 1},
      {{-1, -2, -3}, {0, 1}, 1, 1},
      {{-1, -2, -3}, {0, 2}, (1 + kThird) / (1 + kSecond), 1},
      {{-1}, {0}, 1, 1},
      // Rank 10 counts, rank 11 does not.
      {falling, {9}, 1 / std::log2(11.0), 1},
      {falling, {10}, 0, 0},
      {falling, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 1, 1},
      // A relevant item stands behind those that are as likely.
      {{-1, -1, -1}, {0}, kThird, 1},
      {std::vector<double>(11, -1.0), {5}, 0, 0},
  };
  for (const auto& c : kCases) {
    const SampleScore score = RankingScore(Items(c.sums), c.relevant);
    ASSERT_EQ(score.items_size(), 1);
    EXPECT_DOUBLE_EQ(NumberOf(score, "ndcg"), c.ndcg);
    EXPECT_EQ(NumberOf(score, "hit"), c.hit);
    EXPECT_DOUBLE_EQ(score.items(0), 1 - c.ndcg);
  }
}

// ndcg_score of scikit-learn 1.9.1, k = 10.
TEST(RankingScoreTest, EqualToAnIndependentImplementation) {
  const SampleScore score = RankingScore(
      Items({-3.5, -0.5, -7.25, -2, -9, -4, -1, -8, -6, -5, -0.25, -3}),
      std::vector<int32_t>{2, 3, 8, 11});
  EXPECT_NEAR(NumberOf(score, "ndcg"), 0.5495084006042849, 1e-12);
}

}  // namespace
}  // namespace sn37::eval
