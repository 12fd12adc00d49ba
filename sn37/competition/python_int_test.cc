#include "sn37/competition/python_int.h"

#include <string>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

// What CPython's int() answers.
TEST(PythonIntTest, ReadsWhatPythonReads) {
  const struct {
    std::string text;
    std::optional<int64_t> value;
  } kCases[] = {
      {"4", 4},
      {"04", 4},
      {" 4\n", 4},
      {"+4", 4},
      {"-4", -4},
      {"1_0", 10},
      {"٣", 3},
      {"\u00a0９", 9},
      {"1\U0001FBF9", 19},
      {"9223372036854775807", INT64_MAX},
      {"9223372036854775808", std::nullopt},
      {"", std::nullopt},
      {" ", std::nullopt},
      {"-", std::nullopt},
      {"--4", std::nullopt},
      {"+ 4", std::nullopt},
      {"_4", std::nullopt},
      {"4_", std::nullopt},
      {"1__0", std::nullopt},
      {"4.0", std::nullopt},
      {"0x4", std::nullopt},
      {"1e3", std::nullopt},
      {"²", std::nullopt},
      {"Ⅳ", std::nullopt},
      {"\xff", std::nullopt},
  };
  for (const auto& c : kCases) EXPECT_EQ(ParsePythonInt(c.text), c.value);
}

}  // namespace
}  // namespace sn37
