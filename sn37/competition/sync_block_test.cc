#include "sn37/competition/sync_block.h"

#include "gtest/gtest.h"
#include "sn37/competition/testing.h"

namespace sn37 {
namespace {

TEST(SyncBlockTest, Vectors) {
  for (const auto& c : ReadCases("sync_block.json")) {
    EXPECT_EQ(SyncBlock(c["block"], c["genesis"], c["cadence"]), c["sync"]);
    EXPECT_EQ(NextSyncBlock(c["block"], c["genesis"], c["cadence"]), c["next"]);
  }
}

// conformance.md A8.2 and A8.3
TEST(SyncBlockTest, ABlockOfThePeriodBelongsToItsFirst) {
  for (int64_t block = 1234511; block <= 1234610; ++block) {
    EXPECT_EQ(SyncBlock(block, 1111111, 100), 1234511);
    EXPECT_EQ(NextSyncBlock(block, 1111111, 100), 1234611);
  }
  EXPECT_EQ(SyncBlock(1234611, 1111111, 100), 1234611);
  EXPECT_EQ(NextSyncBlock(1234611, 1111111, 100), 1234711);
}

TEST(SyncBlockTest, BeforeGenesisTheGridGoesOn) {
  EXPECT_EQ(SyncBlock(99, 100, 10), 90);
  EXPECT_EQ(NextSyncBlock(99, 100, 10), 100);
}

TEST(SeedTest, Vectors) {
  for (const auto& c : ReadCases("block_seed.json")) {
    EXPECT_EQ(
        SeedDecimal(SeedFromBlockHash(c["block_hash"].get<std::string>())),
        c["seed"]);
  }
}

// conformance.md A8.1
TEST(SeedTest, IsTheDigestOfTheHashText) {
  EXPECT_EQ(
      SeedDecimal(SeedFromBlockHash(
          "0xf0c1d88fffb58f2de2798abb2236460f426b02a9c84cad7463188eff7514"
          "0bd2")),
      "5925721975328828100924274797032373001647187636134370771285655251421"
      "51814165");
  EXPECT_EQ(SeedDecimal(Digest()), "0");
}

TEST(EligibilityTest, FromTheDelayOn) {
  EXPECT_FALSE(IsEligible(1000, 460, 1459));
  EXPECT_TRUE(IsEligible(1000, 460, 1460));
  EXPECT_TRUE(IsEligible(1000, 460, 9999));
  EXPECT_FALSE(IsEligible(1000, 460, 1));
  EXPECT_TRUE(IsEligible(1000, 0, 1000));
}

}  // namespace
}  // namespace sn37
