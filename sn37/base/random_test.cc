#include "sn37/base/random.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

using ::testing::ElementsAre;

// The known answers that the authors of Philox publish (kat_vectors).
TEST(PhiloxTest, KnownAnswers) {
  const struct {
    PhiloxBlock counter;
    PhiloxKey key;
    PhiloxBlock expected;
  } kCases[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Philox4x32(c.counter, c.key), c.expected);
  }
}

TEST(CounterRandomTest, StreamIsPhiloxWithTheDocumentedKeyAndCounter) {
  const Digest seed = Sha256("seed");
  const Digest digest = Sha256(std::string(seed.bytes()) + "task");
  PhiloxKey key = {};
  for (int i = 0; i < 8; ++i) {
    key[i / 4] |= uint32_t{static_cast<uint8_t>(digest.bytes()[i])}
                  << (8 * (i % 4));
  }
  const uint64_t index = 0x0000000700000005;
  CounterRandom random(seed, "task", index);
  for (uint32_t block = 0; block < 3; ++block) {
    for (uint32_t word : Philox4x32({block, 0, 5, 7}, key)) {
      EXPECT_EQ(random.Next32(), word);
    }
  }
}

TEST(CounterRandomTest, SeedTaskAndIndexEachGiveAnotherStream) {
  std::set<uint64_t> firsts;
  for (const char* seed : {"a", "b"}) {
    for (const char* task : {"x", "y"}) {
      for (uint64_t index : {0, 1, 2}) {
        firsts.insert(CounterRandom(Sha256(seed), task, index).Next64());
      }
    }
  }
  EXPECT_EQ(firsts.size(), 12u);
}

TEST(CounterRandomTest, BelowIsUniform) {
  CounterRandom random(Sha256("u"), "below", 0);
  constexpr int kDraws = 70000, kSides = 7;
  std::vector<int> counts(kSides);
  for (int i = 0; i < kDraws; ++i) ++counts[random.Below(kSides)];
  double chi_squared = 0;
  const double expected = double{kDraws} / kSides;
  for (int count : counts) {
    chi_squared += (count - expected) * (count - expected) / expected;
  }
  EXPECT_LT(chi_squared, 22.5);  // 6 degrees of freedom, p = 0.001
  EXPECT_EQ(random.Below(1), 0u);
  const uint64_t huge = (uint64_t{1} << 63) + 1;
  for (int i = 0; i < 100; ++i) EXPECT_LT(random.Below(huge), huge);
}

TEST(CounterRandomTest, ShuffleReachesEveryOrder) {
  std::set<std::vector<int>> orders;
  for (uint64_t index = 0; index < 200; ++index) {
    std::vector<int> items = {1, 2, 3};
    CounterRandom(Sha256("s"), "shuffle", index).Shuffle(absl::MakeSpan(items));
    orders.insert(items);
  }
  EXPECT_EQ(orders.size(), 6u);
  std::vector<int> none;
  CounterRandom(Sha256("s"), "shuffle", 0).Shuffle(absl::MakeSpan(none));
}

TEST(KeyedPermutationTest, IsABijectionForEverySize) {
  for (uint64_t n : {1, 2, 3, 4, 5, 16, 17, 63, 64, 65, 1000, 4097}) {
    const KeyedPermutation permutation(Sha256("p"), "task", n);
    std::vector<uint64_t> values;
    for (uint64_t i = 0; i < n; ++i) values.push_back(permutation.At(i));
    std::sort(values.begin(), values.end());
    for (uint64_t i = 0; i < n; ++i) ASSERT_EQ(values[i], i) << n;
  }
}

TEST(KeyedPermutationTest, FirstPlaceIsUniformOverKeys) {
  constexpr int kSize = 5, kKeys = 5000;
  std::vector<int> counts(kSize);
  for (int key = 0; key < kKeys; ++key) {
    ++counts[KeyedPermutation(Sha256(std::to_string(key)), "t", kSize).At(0)];
  }
  for (int count : counts) EXPECT_NEAR(count, kKeys / kSize, 120);
}

TEST(KeyedPermutationTest, TaskAndSeedMatterAndHugeSizesWork) {
  const uint64_t n = uint64_t{1} << 62;
  const KeyedPermutation a(Sha256("1"), "x", n), b(Sha256("1"), "y", n),
      c(Sha256("2"), "x", n);
  EXPECT_NE(a.At(0), b.At(0));
  EXPECT_NE(a.At(0), c.At(0));
  EXPECT_LT(a.At(n - 1), n);
}

}  // namespace
}  // namespace sn37
