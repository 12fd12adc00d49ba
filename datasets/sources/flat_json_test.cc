#include "datasets/sources/flat_json.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/json.h"

namespace sn37::datasets {
namespace {

// The record as JSON; null where it was not read.
nlohmann::json ReadFlat(absl::string_view text) {
  FlatJsonReader reader;
  const FlatRecord* record = reader.Read(text);
  if (record == nullptr) return nullptr;
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : *record) {
    object[std::string(name)] = std::string(value);
  }
  return object;
}

TEST(FlatJsonReader, ReadsObjectsOfStrings) {
  const absl::string_view kCases[] = {
      R"({})",
      R"({"a":"b"})",
      " { \"a\" : \"b\" ,\t\"\":\"\"\r\n}\n",
      R"({"a":"\"\\\/\b\f\n\r\t","b":"grüße, 世界"})",
      R"({"a":"first","a":"last"})",
      R"({"\"":"a\\\\b","c":"\n"})",
  };
  for (absl::string_view text : kCases) {
    EXPECT_EQ(ReadFlat(text), *ParseJson(text, {})) << text;
  }
}

TEST(FlatJsonReader, LeavesEverythingElse) {
  const absl::string_view kCases[] = {
      "",
      "[]",
      "{",
      "{}}",
      R"({"a":1})",
      R"({"a":null})",
      R"({"a":["b"]})",
      R"({"a":"\u0041"})",
      R"({"a":"b",})",
      R"({"a":"b" "c":"d"})",
      R"({"a":"b)",
      R"({"a":"b\)",
      R"({"a"})",
      R"({a:"b"})",
      "{\"a\":\"\xff\"}",
      "{\"a\":\"line\nend\"}",
      "\xef\xbb\xbf{}",
  };
  for (absl::string_view text : kCases) {
    EXPECT_TRUE(ReadFlat(text).is_null()) << text;
  }
}

// Where it reads what was damaged at random, the full parser reads the same.
TEST(FlatJsonReader, AgreesWithTheFullParser) {
  const std::string text =
      R"({"prompt":"Say \"sea\",\n please — ü.", "a\\b":"","c":"\t/"})";
  std::mt19937 random(1);
  const absl::string_view kBytes = "{}[]\":,\\ un\x01\xc3\xbc\xff";
  int read = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string damaged = text;
    for (unsigned edits = random() % 3; edits > 0; --edits) {
      const size_t place = random() % damaged.size();
      const char byte = kBytes[random() % kBytes.size()];
      switch (random() % 3) {
        case 0:
          damaged[place] = byte;
          break;
        case 1:
          damaged.insert(place, 1, byte);
          break;
        default:
          damaged.erase(place, 1);
      }
    }
    const nlohmann::json object = ReadFlat(damaged);
    if (object.is_null()) continue;
    ++read;
    const auto full = ParseJson(damaged, {});
    ASSERT_TRUE(full.ok()) << full.status() << "\n" << damaged;
    ASSERT_EQ(object, *full) << damaged;
  }
  EXPECT_GT(read, 10000);
}

}  // namespace
}  // namespace sn37::datasets
