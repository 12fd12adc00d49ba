#include "eval/models/config_reader.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using nlohmann::json;

TEST(ConfigReaderTest, ReadsValuesAndDefaults) {
  const json config = {{"a", 3},         {"b", 2.5},     {"c", true},
                       {"d", "x"},       {"e", nullptr}, {"f", {1, 2.5}},
                       {"g", {"p", "q"}}};
  ConfigReader reader(config, "config.json");
  EXPECT_EQ(reader.Int("a", 1, 10), 3);
  EXPECT_EQ(reader.Double("b", 0, 3), 2.5);
  EXPECT_TRUE(reader.BoolOr("c", false));
  EXPECT_EQ(reader.String("d"), "x");
  EXPECT_EQ(reader.IntOr("e", 0, 9, 7), 7);
  EXPECT_EQ(reader.Doubles("f", 2), (std::vector<double>{1, 2.5}));
  EXPECT_EQ(reader.Strings("g", 2), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(reader.StringOr("absent", "y"), "y");
  EXPECT_TRUE(reader.BoolOr("absent", true));
  EXPECT_TRUE(reader.IsNull("e"));
  EXPECT_FALSE(reader.IsNull("a"));
  EXPECT_FALSE(reader.IsNull("absent"));
  EXPECT_TRUE(reader.Finish().ok()) << reader.Finish();
}

TEST(ConfigReaderTest, TheFirstErrorStaysAndNamesTheField) {
  const struct {
    json config;
    const char* message;
  } kCases[] = {
      {{{"other", 1}}, "config.json: size: missing"},
      {{{"size", 0}}, "size"},
      {{{"size", 11}}, "size"},
      {{{"size", 1.5}}, "size"},
      {{{"size", "3"}}, "size"},
      {json::array(), "config.json: not a JSON object"},
  };
  for (const auto& c : kCases) {
    ConfigReader reader(c.config, "config.json");
    reader.Int("size", 1, 10);
    reader.Int("later", 1, 10);
    const absl::Status status = reader.Finish();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(status.message(), c.message)) << status;
  }
}

TEST(ConfigReaderTest, AFieldThatNobodyReadIsAnErrorUnlessItChangesNothing) {
  const json config = {{"size", 1},
                       {"torch_dtype", "float32"},
                       {"nothing", nullptr},
                       {"ignored", 3}};
  ConfigReader reader(config, "config.json");
  reader.Int("size", 1, 10);
  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(reader.Finish().message(), "\"ignored\""));
  reader.Ignore({"ignored"});
  EXPECT_TRUE(reader.Finish().ok());
}

TEST(ConfigReaderTest, NullIsNoBool) {
  const json config = {{"flag", nullptr}};
  ConfigReader reader(config, "config.json");
  reader.BoolOr("flag", true);
  EXPECT_EQ(reader.Finish().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(reader.Finish().message(), "flag"));
}

TEST(ConfigReaderTest, AFieldWithOneValueMayHaveNoOther) {
  const struct {
    json config;
    bool ok;
  } kCases[] = {
      {{{"bias", false}}, true}, {{{"bias", nullptr}}, true},
      {json::object(), true},    {{{"bias", true}}, false},
      {{{"bias", "no"}}, false},
  };
  for (const auto& c : kCases) {
    ConfigReader reader(c.config, "config.json");
    reader.Expect("bias", false);
    EXPECT_EQ(reader.Finish().ok(), c.ok) << c.config;
  }
}

TEST(ConfigReaderTest, AFieldsNameIsShownHarmless) {
  const json config = {{"\x1b[31m", 1}};
  ConfigReader reader(config, "config.json");
  EXPECT_FALSE(absl::StrContains(reader.Finish().message(), "\x1b"));
}

}  // namespace
}  // namespace sn37::eval
