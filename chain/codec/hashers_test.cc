#include "chain/codec/hashers.h"

#include <string>

#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

TEST(HashersTest, VectorsAgree) {
  int cases = 0;
  for (const auto& v : TestVectors("hashes.json")) {
    ++cases;
    const std::string input = v.contains("input_utf8")
                                  ? v["input_utf8"].get<std::string>()
                                  : Hex(v["input_hex"]);
    EXPECT_EQ(Twox(input, 8), Hex(v["twox64"])) << v;
    EXPECT_EQ(Twox(input, 16), Hex(v["twox128"])) << v;
    EXPECT_EQ(Blake2(input, 16), Hex(v["blake2_128"])) << v;
    EXPECT_EQ(Blake2(input, 32), Hex(v["blake2_256"])) << v;
  }
  EXPECT_GE(cases, 5);
}

TEST(HashersTest, Twox256ContinuesTwox128) {
  EXPECT_EQ(Twox("abc", 32).size(), 32u);
  EXPECT_EQ(Twox("abc", 32).substr(0, 16), Twox("abc", 16));
}

TEST(HashersTest, EachHasherOfStorageKeepsItsForm) {
  const struct {
    StorageHasher hasher;
    std::string want;
    bool has_argument;
  } cases[] = {
      {StorageHasher::kBlake2_128, Blake2("x", 16), false},
      {StorageHasher::kBlake2_256, Blake2("x", 32), false},
      {StorageHasher::kBlake2_128Concat, Blake2("x", 16) + "x", true},
      {StorageHasher::kTwox128, Twox("x", 16), false},
      {StorageHasher::kTwox256, Twox("x", 32), false},
      {StorageHasher::kTwox64Concat, Twox("x", 8) + "x", true},
      {StorageHasher::kIdentity, "x", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(HashArgument(c.hasher, "x"), c.want);
    const auto before = BytesBeforeArgument(c.hasher);
    EXPECT_EQ(before.has_value(), c.has_argument);
    if (before.has_value()) {
      EXPECT_EQ(*before, c.want.size() - 1);
    }
  }
}

}  // namespace
}  // namespace sn37::chain
