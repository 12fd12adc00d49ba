#include "chain/keys/flat_object.h"

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

TEST(FlatObjectTest, FieldsAreViewsOfTheText) {
  const std::string text =
      " {\"a\" : \"b c\" ,\n\"n\":-1.5e+3,\t\"t\":true,\"gone\":null,"
      "\"\":\"\",\"quo\\\"te\":\"back\\\\\"}\r\n";
  const auto fields = ParseFlatObject(text);
  ASSERT_TRUE(fields.ok()) << fields.status();
  std::map<std::string, std::string> got;
  for (const auto& [name, value] : *fields) {
    got[std::string(name)] =
        std::string(value.is_string ? "string " : "word ") +
        std::string(value.text);
    EXPECT_GE(value.text.data(), text.data());
    EXPECT_LE(value.text.data(), text.data() + text.size());
  }
  const std::map<std::string, std::string> wanted = {
      {"", "string "},
      {"a", "string b c"},
      {"n", "word -1.5e+3"},
      {"t", "word true"},
      {"quo\\\"te", "string back\\\\"},
  };
  EXPECT_EQ(got, wanted);
  EXPECT_TRUE(ParseFlatObject("{}")->empty());
}

TEST(FlatObjectTest, AnythingElseIsRefusedWithoutBeingQuoted) {
  const std::string kCases[] = {
      "",
      "secret",
      "\"secret\"",
      "[\"secret\"]",
      "{",
      "{\"secret\"",
      "{\"secret\":",
      "{\"secret\":}",
      "{\"secret\":\"",
      "{\"secret\":\"\\",
      "{\"secret\":\"\\\"}",
      "{\"secret\":\"a\"",
      "{\"secret\":\"a\",",
      "{\"secret\":\"a\",}",
      "{\"secret\":\"a\"}}",
      "{\"secret\":\"a\"} secret",
      "{\"secret\":\"a\" \"b\":\"c\"}",
      "{\"secret\":\"a\",\"secret\":\"a\"}",
      "{\"secret\":{}}",
      "{\"secret\":[1]}",
      "{secret:1}",
      "{\"a\":\"two\nlines\"}",
      std::string("{\"a\":\"\0\"}", 9),
  };
  for (const std::string& text : kCases) {
    const absl::Status status = ParseFlatObject(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_FALSE(absl::StrContains(status.message(), "secret")) << status;
  }
}

// What the project's parser of JSON reads as a flat object, this reads alike.
TEST(FlatObjectTest, AgreesWithTheOtherParser) {
  const std::string text = R"({"x":"y","i":12,"f":false,"d":1.25,"z":null})";
  const auto json = ParseJson(text, {});
  ASSERT_TRUE(json.ok());
  const auto fields = ParseFlatObject(text);
  ASSERT_TRUE(fields.ok());
  for (const auto& [name, value] : json->items()) {
    if (value.is_null()) {
      EXPECT_EQ(fields->count(name), 0u);
      continue;
    }
    ASSERT_EQ(fields->count(name), 1u) << name;
    const FlatValue& flat = fields->at(name);
    EXPECT_EQ(flat.is_string ? "\"" + std::string(flat.text) + "\""
                             : std::string(flat.text),
              value.dump());
  }
}

}  // namespace
}  // namespace sn37::chain
