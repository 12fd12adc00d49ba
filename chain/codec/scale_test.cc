#include "chain/codec/scale.h"

#include <string>

#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using std::string_literals::operator""s;

TEST(ScaleTest, CompactsTakeTheFewestBytes) {
  const struct {
    absl::uint128 value;
    std::string bytes;
  } cases[] = {
      {0, "\0"s},
      {63, "\xfc"s},
      {64, "\x01\x01"s},
      {16383, "\xfd\xff"s},
      {16384, "\x02\0\x01\0"s},
      {(1 << 30) - 1, "\xfe\xff\xff\xff"s},
      {1 << 30, "\x03\0\0\0\x40"s},
      {absl::Uint128Max(), "\x33"s + std::string(16, '\xff')},
  };
  for (const auto& c : cases) {
    std::string bytes;
    AppendCompact(c.value, bytes);
    EXPECT_EQ(bytes, c.bytes) << c.value;
    ScaleReader reader(c.bytes);
    EXPECT_EQ(*reader.Compact(16), c.value);
    EXPECT_TRUE(reader.ExpectEnd().ok());
  }
}

TEST(ScaleTest, LongerFormsOfACompactAreRefused) {
  for (const std::string& bytes :
       {"\x01\0"s, "\xfd\0"s, "\x02\0\0\0"s, "\xfe\xff\0\0"s,
        "\x03\xff\xff\xff\x3f"s, "\x07\0\0\0\x40\0"s}) {
    EXPECT_EQ(ScaleReader(bytes).Compact(16).status().message(),
              "a compact is not in its shortest form");
  }
}

TEST(ScaleTest, CompactsThatDoNotFitAreRefused) {
  const struct {
    absl::uint128 value;
    size_t fits;
  } cases[] = {{255, 1},        {256, 2},     {65535, 2},
               {65536, 4},      {1 << 30, 4}, {0xffffffff, 4},
               {1ull << 32, 8}, {~0ull, 8},   {absl::Uint128Max(), 16}};
  for (const auto& c : cases) {
    std::string bytes;
    AppendCompact(c.value, bytes);
    EXPECT_TRUE(ScaleReader(bytes).Compact(c.fits).ok()) << c.value;
    if (c.fits > 1) {
      EXPECT_FALSE(ScaleReader(bytes).Compact(c.fits / 2).ok()) << c.value;
    }
  }
  EXPECT_FALSE(ScaleReader(std::string(68, '\xff')).Compact(16).ok());
}

TEST(ScaleTest, IntegersAreLittleEndian) {
  std::string bytes;
  AppendFixed(0x0102, 2, bytes);
  EXPECT_EQ(bytes, "\x02\x01");
  EXPECT_EQ(*ScaleReader("\x02\x01\x03\xff").Fixed<uint32_t>(), 0xff030102u);
  EXPECT_EQ(*ScaleReader("\xff").Fixed<uint8_t>(), 255);
}

TEST(ScaleTest, WhatIsMissingIsCounted) {
  EXPECT_EQ(ScaleReader("abc").Fixed<uint64_t>().status().message(),
            "needs 8 bytes where 3 are left");
  EXPECT_EQ(ScaleReader("\x10"
                        "abc")
                .LengthAndBytes()
                .status()
                .message(),
            "needs 4 bytes where 3 are left");
  EXPECT_EQ(ScaleReader("ab").ExpectEnd().message(), "2 bytes are left over");
}

TEST(ScaleTest, TextIsUtf8AndBoolsAreZeroOrOne) {
  EXPECT_EQ(*ScaleReader("\x08\xc3\xa4").Text(), "ä");
  EXPECT_FALSE(ScaleReader("\x08\xff\xff").Text().ok());
  EXPECT_FALSE(ScaleReader("\x02").Bool().ok());
}

}  // namespace
}  // namespace sn37::chain
