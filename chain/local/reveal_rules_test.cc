#include "chain/local/reveal_rules.h"

#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

TEST(RevealRulesTest, AnEpochIsRevealedInThatAfterIt) {
  const struct {
    uint64_t block;
    uint16_t netuid;
    uint16_t tempo;
    uint64_t period;
    uint64_t first;
    uint64_t last;
  } kCases[] = {
      // Subnet 1, tempo 9: epochs begin at blocks 8, 18, 28…
      {8, 1, 9, 1, 18, 27},
      {17, 1, 9, 1, 18, 27},
      {18, 1, 9, 1, 28, 37},
      {17, 1, 9, 3, 38, 47},
      {0, 1, 9, 1, 8, 17},
      // Subnet 37, tempo 360.
      {1000, 37, 360, 1, 1045, 1405},
      {1044, 37, 360, 1, 1045, 1405},
      {1045, 37, 360, 1, 1406, 1766},
      // An offset longer than the first epochs.
      {0, 65535, 0, 1, 1, 1},
  };
  for (const auto& c : kCases) {
    Hyperparameters rules;
    rules.tempo = c.tempo;
    rules.reveal_period = c.period;
    const auto [first, last] = RevealBlocks(c.block, c.netuid, rules);
    EXPECT_EQ(first, c.first) << c.block;
    EXPECT_EQ(last, c.last) << c.block;
  }
}

}  // namespace
}  // namespace sn37::chain
