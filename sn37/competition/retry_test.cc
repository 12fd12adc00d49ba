#include "sn37/competition/retry.h"

#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Epsilon Fixed(double value) {
  Epsilon epsilon;
  epsilon.set_fixed(value);
  return epsilon;
}

// conformance.md A10 (winner's score 1 unless the case says otherwise)
TEST(RetryTest, ConformanceCases) {
  EXPECT_TRUE(ShouldRetry({}, Fixed(0.005), 10));
  EXPECT_FALSE(ShouldRetry(std::vector<Evaluation>{{1, 0.2, 1, 0.19}},
                           Fixed(0.005), 10));
  const struct {
    double epsilon, score;
    bool retry;
  } kCases[] = {
      {.005, 1, false}, {.001, 1, false},   {.0001, 1, false},
      {.51, .5, false}, {.5004, .5, false}, {.49, .5, true},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ShouldRetry(std::vector<Evaluation>{{1, c.score, 1, 1.0}},
                          Fixed(c.epsilon), 10),
              c.retry);
  }
}

// conformance.md A10.4 and A10.5; NaN is a failure like infinity.
TEST(RetryTest, TheLastRealScoreDecidesWhereverFailuresStand) {
  for (const double failure : {kInfinity, std::nan("")}) {
    for (const auto& [first, last, retry] :
         {std::tuple(0.9, 1.1, false), std::tuple(1.1, 0.9, true)}) {
      const Evaluation a{1, first, 1, 1.0}, b{3, last, 1, 1.0};
      EXPECT_EQ(ShouldRetry(std::vector<Evaluation>{{0, failure, 1, 1.0}, a, b},
                            Fixed(0.005), 10),
                retry);
      EXPECT_EQ(ShouldRetry(std::vector<Evaluation>{a, {2, failure, 1, 1.0}, b},
                            Fixed(0.005), 10),
                retry);
      EXPECT_EQ(ShouldRetry(std::vector<Evaluation>{a, b, {4, failure, 1, 1.0}},
                            Fixed(0.005), 10),
                retry);
    }
  }
}

// conformance.md A10.6
TEST(RetryTest, OneFailureIsRetriedTwoAreNot) {
  std::vector<Evaluation> history = {{1, kInfinity, 0, 0}};
  EXPECT_TRUE(ShouldRetry(history, Fixed(0.005), 10));
  history.push_back({2, kInfinity, 0, 0});
  EXPECT_FALSE(ShouldRetry(history, Fixed(0.005), 10));
  history.push_back({3, kInfinity, 0, 0});
  EXPECT_FALSE(ShouldRetry(history, Fixed(0.005), 10));
}

// conformance.md B11.12
TEST(RetryTest, HistoryKeepsTheThreeLatestInOrder) {
  std::vector<Evaluation> history;
  for (int i = 0; i < 50; ++i) {
    history = WithEvaluation(history, {(i * 17) % 50, 1, 0, 1});
  }
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].block, 47);
  EXPECT_EQ(history[1].block, 48);
  EXPECT_EQ(history[2].block, 49);
}

}  // namespace
}  // namespace sn37
