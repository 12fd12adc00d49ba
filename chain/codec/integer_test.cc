#include "chain/codec/integer.h"

#include <string>

#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using std::string_literals::operator""s;

TEST(IntegerTest, ConvertsBothWays) {
  const struct {
    std::string bytes;
    bool is_signed;
    std::string text;
  } cases[] = {
      {"\0"s, false, "0"},
      {"\xff"s, false, "255"},
      {"\xff"s, true, "-1"},
      {"\x80"s, true, "-128"},
      {"\x7f"s, true, "127"},
      {"\0\x80"s, true, "-32768"},
      {std::string(8, '\xff'), false, "18446744073709551615"},
      {std::string(16, '\xff'), false,
       "340282366920938463463374607431768211455"},
      {std::string(15, '\0') + "\x80", true,
       "-170141183460469231731687303715884105728"},
      {"\0\xca\x9a\x3b"s, false, "1000000000"},
      {"\7\0\x64\xa7\xb3\xb6\xe0\r"s + std::string(8, '\0'), false,
       "1000000000000000007"},
      {std::string(32, '\xff'), false,
       "115792089237316195423570985008687907853269984665640564039457584007913"
       "129639935"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(DecimalFromBytes(c.bytes, c.is_signed), c.text);
    EXPECT_EQ(*BytesFromDecimal(c.text, c.bytes.size(), c.is_signed), c.bytes)
        << c.text;
  }
  EXPECT_EQ(*BytesFromDecimal("007", 1, false), "\7");
  EXPECT_EQ(*BytesFromDecimal("-0", 1, true), "\0"s);
}

TEST(IntegerTest, WhatDoesNotFitIsRefused) {
  const struct {
    std::string text;
    size_t width;
    bool is_signed;
  } cases[] = {
      {"256", 1, false},   {"-1", 1, false},
      {"128", 1, true},    {"-129", 1, true},
      {"-256", 1, true},   {"65536", 2, false},
      {"-32769", 2, true}, {"18446744073709551616", 8, false},
  };
  for (const auto& c : cases) {
    EXPECT_FALSE(BytesFromDecimal(c.text, c.width, c.is_signed).ok()) << c.text;
  }
}

TEST(IntegerTest, OnlyDigitsAreADecimal) {
  for (const std::string text : {"", "-", "+1", "1.0", "1e3", "0x1", " 1"}) {
    EXPECT_FALSE(BytesFromDecimal(text, 8, true).ok()) << text;
  }
}

}  // namespace
}  // namespace sn37::chain
