#include "chain/keys/secret.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

TEST(SecretTest, ANewOneIsZero) {
  for (size_t size : {0, 1, 32, 100000}) {
    const auto secret = Secret::New(size);
    ASSERT_TRUE(secret.ok()) << secret.status();
    EXPECT_EQ(secret->view(), std::string(size, '\0'));
  }
}

TEST(SecretTest, MovingMovesTheBytes) {
  auto first = Secret::Copy("first");
  auto second = Secret::Copy("second");
  ASSERT_TRUE(first.ok() && second.ok());
  *second = *std::move(first);
  EXPECT_EQ(second->view(), "first");
}

TEST(SecretTest, HexMustHaveTheSizeAndNothingElse) {
  struct Case {
    const char* hex;
    bool valid;
  };
  const Case kCases[] = {
      {"0x00fF", true},   {"00Ff", true},      {"", false},
      {"0x", false},      {"0x00", false},     {"0x00f", false},
      {"0x00ff0", false}, {"0x00ff00", false}, {"0x00fg", false},
      {" 0x00ff", false}, {"0x00ff ", false},  {"0x0x00", false},
      {"00 ff", false},
  };
  for (const Case& c : kCases) {
    const auto secret = SecretFromHex(c.hex, 2);
    EXPECT_EQ(secret.ok(), c.valid) << c.hex;
    if (c.valid) {
      EXPECT_EQ(secret->view(), std::string("\0\xff", 2));
    }
  }
  EXPECT_EQ(SecretFromHex("00fg", 2).status().message(),
            "it is not 0x and 4 hexadecimal digits");
}

}  // namespace
}  // namespace sn37::chain
