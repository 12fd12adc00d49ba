#include "sn37/base/json.h"

#include <cmath>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;

std::string ErrorOf(const absl::Status& status) {
  return std::string(status.message());
}

TEST(JsonTest, ParsesWhatRfc8259Allows) {
  EXPECT_EQ((*ParseJson(R"({"a":[1,-2,3.5,"x",true,null]})", {}))["a"].size(),
            6u);
  EXPECT_EQ(*ParseJson("\"\\ud83d\\ude00\"", {}), json("😀"));
}

TEST(JsonTest, RefusesTheRestAndSaysWhere) {
  const std::string kBad[] = {
      "",        "{",        "{\"a\":}",    "[1,]",       "NaN",  "[1] x",
      "{'a':1}", "\"\xff\"", "\"\\ud800\"", "[1,2,/**/]", "1e999"};
  for (const std::string& text : kBad) {
    EXPECT_FALSE(ParseJson(text, {}).ok()) << text;
  }
  EXPECT_THAT(ErrorOf(ParseJson("{\"a\": \x1b[31m}", {}).status()),
              HasSubstr("at byte 7 near "));
  EXPECT_EQ(ErrorOf(ParseJson("[\x1b", {}).status()).find('\x1b'),
            std::string::npos);
}

TEST(JsonTest, LimitsOnBytesAndDepth) {
  EXPECT_TRUE(ParseJson("[1]", {.bytes = 3}).ok());
  EXPECT_FALSE(ParseJson("[12]", {.bytes = 3}).ok());
  EXPECT_TRUE(ParseJson("[{\"a\":[]}]", {.depth = 3}).ok());
  EXPECT_FALSE(ParseJson("[{\"a\":[[]]}]", {.depth = 3}).ok());
  EXPECT_TRUE(ParseJson("[\"[[[[\\\"[[[[\"]", {.depth = 1}).ok());
  EXPECT_FALSE(ParseJson(std::string(1000000, '['), {}).ok());
}

TEST(JsonTest, LastOfTwoEqualKeysIsKept) {
  EXPECT_EQ(*GetInt(*ParseJson(R"({"a":1,"a":2})", {}), "a", 0, 9), 2);
}

TEST(JsonTest, EqualKeysAreRefusedWhereTheyMustBeUnique) {
  const JsonLimits unique{.unique_keys = true};
  EXPECT_TRUE(
      ParseJson(R"({"a":[{"b":1,"c":2},{"b":3}],"b":{"a":4}})", unique).ok());
  for (const char* text : {R"({"a":1,"a":2})", R"({"a":{"b":1,"b":1}})",
                           R"([{"x":{},"\u0078":1}])"}) {
    EXPECT_THAT(ParseJson(text, unique).status().message(),
                testing::HasSubstr("occurs twice"))
        << text;
  }
}

TEST(JsonTest, FieldsAreTypedAndBounded) {
  const json object = *ParseJson(
      R"({"i":7,"d":2.5,"b":true,"s":"text","n":null,"o":{},
          "l":["a","bc"],"mixed":["a",1],"big":18446744073709551615})",
      {});
  EXPECT_EQ(*GetInt(object, "i", 7, 7), 7);
  EXPECT_EQ(*GetDouble(object, "d", 0, 3), 2.5);
  EXPECT_EQ(*GetDouble(object, "i", 0, 9), 7.0);
  EXPECT_EQ(*GetBool(object, "b"), true);
  EXPECT_EQ(*GetString(object, "s", 4), "text");
  EXPECT_EQ(*GetStrings(object, "l", 2), (std::vector<std::string>{"a", "bc"}));
  const absl::Status kErrors[] = {
      GetInt(object, "i", 8, 9).status(),
      GetInt(object, "d", 0, 9).status(),
      GetInt(object, "big", -1, INT64_MAX).status(),
      GetInt(object, "none", 0, 9).status(),
      GetInt(object, "n", 0, 9).status(),
      GetDouble(object, "d", 0, 2).status(),
      GetDouble(object, "s", 0, 2).status(),
      GetBool(object, "i").status(),
      GetString(object, "s", 3).status(),
      GetString(object, "o", 3).status(),
      GetString(json::array(), "s", 3).status(),
      GetStrings(object, "s", 3).status(),
      GetStrings(object, "l", 1).status(),
      GetStrings(object, "mixed", 3).status(),
  };
  for (const absl::Status& error : kErrors) {
    EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(ErrorOf(error), HasSubstr("field \""));
  }
  EXPECT_EQ(ErrorOf(kErrors[0]),
            "field \"i\" must be an integer from 8 to 9, not 7");
}

TEST(JsonTest, AbsentAndNullTakeTheDefaultAWrongTypeDoesNot) {
  const json object = *ParseJson(R"({"n":null,"s":"x"})", {});
  EXPECT_EQ(*GetIntOr(object, "none", 0, 9, 5), 5);
  EXPECT_EQ(*GetIntOr(object, "n", 0, 9, 5), 5);
  EXPECT_FALSE(GetIntOr(object, "s", 0, 9, 5).ok());
  EXPECT_EQ(*GetDoubleOr(object, "n", 0, 9, 0.5), 0.5);
  EXPECT_EQ(*GetBoolOr(object, "n", true), true);
  EXPECT_EQ(*GetStringOr(object, "n", 9, "d"), "d");
  EXPECT_EQ(*GetStringOr(object, "s", 9, "d"), "x");
  EXPECT_EQ(FindField(object, "n"), nullptr);
  EXPECT_EQ(FindField(json::array(), "n"), nullptr);
  EXPECT_NE(FindField(object, "s"), nullptr);
}

TEST(JsonTest, CanonicalFormIsOneTextPerValue) {
  EXPECT_EQ(CanonicalJson(*ParseJson(
                "{ \"b\" : [ 1, 2.50 ], \"a\":\"\\u00e9\\n\", \"B\":{} }", {})),
            "{\"B\":{},\"a\":\"é\\n\",\"b\":[1,2.5]}");
  const struct {
    json value;
    std::string text;
  } kCases[] = {
      {0.1, "0.1"},
      {1.0, "1.0"},
      {1e300, "1e+300"},
      {5e-324, "5e-324"},
      {-0.0, "-0.0"},
      {9007199254740993, "9007199254740993"},
      {std::nan(""), "null"},
      {json::array(), "[]"},
      {nullptr, "null"},
      {"\xff", "\"\xef\xbf\xbd\""},
      {"</script>", "\"</script>\""},
  };
  for (const auto& c : kCases) EXPECT_EQ(CanonicalJson(c.value), c.text);
}

TEST(JsonTest, ParseOfCanonicalIsTheSameValue) {
  const std::string text =
      R"({"a":[1,-3,0.30000000000000004,1e-7,{"k":"\"\\é"}],"z":false})";
  const json value = *ParseJson(text, {});
  EXPECT_EQ(*ParseJson(CanonicalJson(value), {}), value);
}

}  // namespace
}  // namespace sn37
