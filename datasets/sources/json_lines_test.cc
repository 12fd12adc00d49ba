#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "datasets/sources/registry.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// All rows of files with these contents, or the first error; at most `limit`
// rows are asked for.
absl::StatusOr<std::vector<Sample>> Rows(
    const std::vector<std::string>& contents, const json& parameters,
    int threads = 1, size_t limit = 1 << 20) {
  InputFiles inputs;
  for (const std::string& content : contents) {
    const std::string name = absl::StrCat("rows", inputs["rows"].size());
    inputs["rows"].push_back(WriteTestFile(name, content));
  }
  const auto rows = (*FindSource("json_lines"))
                        ->open({.config = "some",
                                .parameters = parameters,
                                .seed = Digest(),
                                .inputs = &inputs,
                                .threads = threads});
  if (!rows.ok()) return rows.status();
  std::vector<Sample> samples;
  while (samples.size() < limit) {
    const auto sample = (*rows)->Next();
    if (!sample.ok()) return sample.status();
    if (!sample->has_value()) break;
    samples.push_back(**sample);
  }
  return samples;
}

TEST(JsonLines, FieldsAreMappedAndFilesFollowEachOther) {
  const auto rows = Rows(
      {"{\"q\":\"1+1?\",\"a\":\"2\",\"x\":[]}\n\n{\"q\":\"ü\",\"a\":\"b\"}", "",
       "{\"q\":\"c\",\"a\":\"d\",\"system\":\"Be brief.\"}\r\n"},
      {{"kind", "reference"},
       {"columns", {{"prompt", "q"}, {"reference", "a"}}}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 3);
  EXPECT_EQ((*rows)[0].reference().prompt(), "1+1?");
  EXPECT_EQ((*rows)[0].reference().reference(), "2");
  EXPECT_EQ((*rows)[0].reference().system(), "");
  EXPECT_EQ((*rows)[1].reference().prompt(), "ü");
  EXPECT_EQ((*rows)[2].reference().system(), "Be brief.");
}

TEST(JsonLines, ChoicesAreTheLettersUnlessGiven) {
  const auto rows =
      Rows({R"({"challenge":"Which?","reference":"C"})"
            "\n"
            R"({"challenge":"So?","reference":"no","choices":["yes","no"]})"},
           {{"kind", "multiple_choice"},
            {"columns", {{"prompt", "challenge"}, {"answer", "reference"}}}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2);
  EXPECT_THAT((*rows)[0].multiple_choice().choices(),
              testing::ElementsAre("A", "B", "C", "D"));
  EXPECT_EQ((*rows)[0].multiple_choice().answer(), "C");
  EXPECT_THAT((*rows)[1].multiple_choice().choices(),
              testing::ElementsAre("yes", "no"));
}

TEST(JsonLines, ABadLineIsNamedWithItsFile) {
  const std::pair<std::string, absl::string_view> kCases[] = {
      {"{\"text\":\"a\xff\"}", "line 2: "},
      {"{\"text\":", "line 2: "},
      {"[1]", "line 2: "},
      {"{}", "line 2: "},
      {"{\"text\":1}", "line 2: "},
      {"{\"text\":\"\"}", "line 2: text is empty"},
      {absl::StrCat("{\"text\":\"", std::string(9 << 20, 'x'), "\"}"),
       "line 2: "},
      {absl::StrCat("{\"text\":\"", std::string(100 << 20, 'x'), "\"}"),
       "line 2: has more than"},
  };
  for (const auto& [line, message] : kCases) {
    const absl::Status status =
        Rows({"{\"text\":\"good\"}\n" + line}, {{"kind", "text"}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr("rows0, "));
    EXPECT_THAT(status.message(), HasSubstr(message));
  }
}

TEST(JsonLines, ThreadsChangeNeitherRowsNorTheFirstError) {
  std::string good;  // of several blocks
  for (int row = 0; row < 30000; ++row) {
    absl::StrAppend(&good, "{\"text\":\"", std::string(100, 'x'), row, "\"}\n");
  }
  const std::vector<std::string> files = {good, good + "{}\n" + good,
                                          std::string(20 << 20, ' ')};
  for (int threads : {1, 2, 8}) {
    const auto rows = Rows(files, {{"kind", "text"}}, threads, 60000);
    ASSERT_TRUE(rows.ok()) << rows.status();
    ASSERT_EQ(rows->size(), 60000);
    for (int row = 0; row < 60000; ++row) {
      ASSERT_EQ((*rows)[row].text().text(),
                absl::StrCat(std::string(100, 'x'), row % 30000));
    }
    EXPECT_THAT(Rows(files, {{"kind", "text"}}, threads).status().message(),
                HasSubstr("rows1, line 30001: "));
  }
}

TEST(JsonLines, ParametersThatMakeNoSenseAreRefused) {
  const std::pair<json, absl::string_view> kCases[] = {
      {json::object(), "kind"},
      {{{"kind", "rhyme"}}, "\"rhyme\""},
      {{{"kind", "instruction_following"}}, "files hold"},
      {{{"kind", "text"}, {"columns", {{"prompt", "q"}}}},
       "\"columns\" names \"prompt\"; the kind has text"},
      {{{"kind", "text"}, {"columns", {{"text", 1}}}}, "text"},
      {{{"kind", "text"}, {"columns", "text"}}, "\"columns\""},
      {{{"kind", "text"}, {"input", "lines"}}, "\"lines\""},
  };
  for (const auto& [parameters, message] : kCases) {
    const absl::Status status = Rows({""}, parameters).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr(message));
  }
}

}  // namespace
}  // namespace sn37::datasets
