// The sources over the hub against a stand-in for it.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "datasets/sources/hub_solutions.h"
#include "datasets/sources/hub_testing.h"
#include "datasets/sources/registry.h"
#include "datasets/sources/tables_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/random.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class HubSources : public testing::Test {
 protected:
  HubSources() : hub_(TestClient(server_)) {}

  absl::StatusOr<std::unique_ptr<RowStream>> Open(const std::string& source,
                                                  json parameters,
                                                  Hub* hub) const {
    if (!parameters.contains("repository")) {
      parameters["repository"] = TestRepo().id;
      parameters["revision"] = TestRepo().commit;
    }
    return (*FindSource(source))
        ->open({.config = "some",
                .parameters = parameters,
                .seed = Sha256("seed"),
                .inputs = &no_inputs_,
                .hub = hub});
  }

  // All rows, or the first error.
  absl::StatusOr<std::vector<Sample>> Rows(const std::string& source,
                                           const json& parameters,
                                           Hub* hub) const {
    const auto rows = Open(source, parameters, hub);
    if (!rows.ok()) return rows.status();
    std::vector<Sample> samples;
    while (true) {
      const auto sample = (*rows)->Next();
      if (!sample.ok()) return sample.status();
      if (!sample->has_value()) return samples;
      samples.push_back(**sample);
    }
  }

  // The texts of hub_text.
  std::vector<std::string> Texts(const json& parameters, Hub* hub) const {
    const auto rows = Rows("hub_text", parameters, hub);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> texts;
    if (!rows.ok()) return texts;
    for (const Sample& row : *rows) texts.push_back(row.text().text());
    return texts;
  }

  // Two files of two row groups each.
  void AddTexts() {
    AddParquet(server_, "data/1.parquet", TextColumns({"text"}),
               R"([["a"], ["b"], ["c"], ["d"]])");
    AddParquet(server_, "data/2.parquet", TextColumns({"text"}),
               R"([["e"], ["f"], ["g"], ["h"]])");
    server_.Add(TestRepo(), "data/README.md", "no rows", false);
    AddParquet(server_, "other.parquet", TextColumns({"text"}), R"([["z"]])");
  }

  StandInHub server_;
  const std::unique_ptr<Hub> hub_;
  const InputFiles no_inputs_;
};

TEST_F(HubSources, FilesAndRowGroupsComeInOrder) {
  AddTexts();
  EXPECT_THAT(Texts({{"files", {"data/"}}}, hub_.get()),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h"));
  EXPECT_THAT(
      Texts({{"files", {"other.parquet", "data/2.parquet"}}}, hub_.get()),
      ElementsAre("z", "e", "f", "g", "h"));
  EXPECT_THAT(Texts({}, hub_.get()),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "z"));
}

TEST_F(HubSources, ShufflingMovesFilesAndRowGroupsAndLosesNothing) {
  for (int file = 0; file < 10; ++file) {
    std::vector<std::vector<std::string>> rows;
    for (int row = 0; row < 10; ++row) {
      rows.push_back({absl::StrCat(file, ".", row)});
    }
    AddParquet(server_, absl::StrCat(file, ".parquet"), TextColumns({"text"}),
               json(rows).dump());
  }
  const auto plain = Texts({}, hub_.get());
  const auto shuffled = Texts({{"shuffle", true}}, hub_.get());
  EXPECT_NE(shuffled, plain);
  EXPECT_EQ(shuffled, Texts({{"shuffle", true}}, hub_.get()));
  EXPECT_EQ(std::set<std::string>(shuffled.begin(), shuffled.end()),
            std::set<std::string>(plain.begin(), plain.end()));
  for (size_t i = 0; i < shuffled.size(); i += 2) {  // of a row group
    EXPECT_EQ(shuffled[i].substr(0, 2), shuffled[i + 1].substr(0, 2));
    EXPECT_EQ(shuffled[i][2] + 1, shuffled[i + 1][2]);
  }
}

TEST_F(HubSources, OnlyTheColumnsAndRowGroupsThatAreNeededAreRead) {
  // Two columns of 50 kB a row that cannot be packed, ten row groups.
  json rows = json::array();
  CounterRandom random(Sha256("noise"), "noise", 0);
  for (int row = 0; row < 20; ++row) {
    json cells = json::array();
    for (int column = 0; column < 2; ++column) {
      std::string noise;
      for (int i = 0; i < 50000; ++i) noise.push_back(' ' + random.Below(64));
      cells.push_back(noise);
    }
    rows.push_back(cells);
  }
  const HubFile file = AddParquet(server_, "noise.parquet",
                                  TextColumns({"junk", "text"}), rows.dump());
  ASSERT_GT(file.bytes, 1400000);
  const auto stream = Open("hub_text", {}, hub_.get());
  ASSERT_TRUE(stream.ok()) << stream.status();
  ASSERT_TRUE((*stream)->Next().ok());
  uint64_t asked_for = 0;
  for (const std::string& line : server_.Log()) {
    if (!absl::StartsWith(line, "cdn")) continue;
    const std::vector<std::string> parts =
        absl::StrSplit(line, absl::ByAnyChar("=-"));
    uint64_t first, last;
    ASSERT_TRUE(absl::SimpleAtoi(parts[parts.size() - 2], &first)) << line;
    ASSERT_TRUE(absl::SimpleAtoi(parts.back(), &last)) << line;
    asked_for += last - first + 1;
  }
  // The footer (at most 64 KiB), and 100 kB of text before packing.
  EXPECT_LT(asked_for, 180000);
}

// Columns as FineWeb-edu has them.
TEST_F(HubSources, TextsAreUnchangedAndEmptyOrLongOnesLeftOut) {
  arrow::FieldVector columns = TextColumns(
      {"text", "id", "dump", "url", "date", "file_path", "language"});
  columns.push_back(arrow::field("language_score", arrow::float64()));
  columns.push_back(arrow::field("token_count", arrow::int64()));
  columns.push_back(arrow::field("score", arrow::float64()));
  columns.push_back(arrow::field("int_score", arrow::int64()));
  const std::string odd("Grüße \0 — 氷", 17);
  json rows = json::array();
  for (const json& text : {json(" The sea\n\n\tis wide. \n"), json(), json(""),
                           json(odd), json("12345678901")}) {
    rows.push_back({text, "<urn:uuid:1>", "CC-MAIN-2024-51", "https://a.test/",
                    "2024-12-01T00:00:00Z", "s3://a/b", "en", 0.97, 5, 2.9, 3});
  }
  AddParquet(server_, "data/CC-MAIN-2024-51/000_00000.parquet", columns,
             rows.dump());
  EXPECT_THAT(Texts({{"files", {"data/CC-MAIN-2024-51/"}}}, hub_.get()),
              ElementsAre(" The sea\n\n\tis wide. \n", odd, "12345678901"));
  EXPECT_THAT(Texts({{"max_bytes", 10}}, hub_.get()), ElementsAre());
  EXPECT_THAT(Texts({{"max_bytes", 11}}, hub_.get()),
              ElementsAre("12345678901"));
}

TEST_F(HubSources, AColumnThatAFileLacksIsNamed) {
  AddTexts();
  AddParquet(server_, "choice.parquet", TextColumns({"challenge", "reference"}),
             R"([["one", "A"]])");
  const struct {
    const char* source;
    json parameters;
    const char* message;
  } kCases[] = {
      {"hub_text",
       {{"files", {"data/"}}, {"column", "txt"}},
       "data/1.parquet: has no column \"txt\"; it has text"},
      {"hub_choice",
       {{"files", {"choice.parquet"}}, {"hotkeys", {"alice"}}},
       "choice.parquet: has no column \"hotkey\"; it has challenge, reference"},
      {"hub_codeforces", json::object(), "has no column \"messages\""},
  };
  for (const auto& c : kCases) {
    const absl::Status status =
        Rows(c.source, c.parameters, hub_.get()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST_F(HubSources, ColumnsOfTheWrongTypeAreNamed) {
  AddParquet(server_, "bad.parquet", {arrow::field("text", arrow::int32())},
             "[[7]]");
  const absl::Status status = Rows("hub_text", {}, hub_.get()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("bad.parquet, row group 0, row 0: field \"text\""));
}

TEST_F(HubSources, ChoicesAreFilteredByHotkeyTimeAndAnswer) {
  arrow::FieldVector columns =
      TextColumns({"challenge", "reference", "hotkey", "when"});
  AddParquet(server_, "choice.parquet", columns, R"([
      ["one", "A", "alice", "2025-01-01T00:00:00Z"],
      ["two", "B", "bob", "2025-01-02T00:00:00Z"],
      ["three", "E", "alice", "2025-01-03T00:00:00Z"],
      ["four", "C", "mallory", "2025-01-04T00:00:00Z"],
      ["five", "D", "alice", "2025-01-05T12:00:00+01:00"],
      ["six", "D", "alice", "yesterday"],
      ["seven", null, "alice", null],
      ["eight", "A", null, null]])");
  const auto prompts = [&](const json& parameters) {
    const auto rows = Rows("hub_choice", parameters, hub_.get());
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> prompts;
    for (const Sample& row : *rows) {
      prompts.push_back(row.multiple_choice().prompt());
      EXPECT_THAT(row.multiple_choice().choices(),
                  ElementsAre("A", "B", "C", "D"));
    }
    return prompts;
  };
  EXPECT_THAT(prompts({}),
              ElementsAre("one", "two", "four", "five", "six", "eight"));
  EXPECT_THAT(prompts({{"hotkeys", {"alice", "bob"}}}),
              ElementsAre("one", "two", "five", "six"));
  EXPECT_THAT(prompts({{"time", "when"}, {"since", "2025-01-02T00:00:00Z"}}),
              ElementsAre("two", "four", "five"));
  EXPECT_THAT(prompts({{"hotkeys", {"alice"}},
                       {"time", "when"},
                       {"since", "2025-01-01T00:00:00Z"},
                       {"until", "2025-01-05T11:00:00Z"}}),
              ElementsAre("one"));
  EXPECT_THAT(prompts({{"hotkeys", json::array()}}), ElementsAre());
}

TEST_F(HubSources, SecondsAreATimeToo) {
  AddParquet(server_, "choice.parquet",
             {arrow::field("challenge", arrow::utf8()),
              arrow::field("reference", arrow::utf8()),
              arrow::field("written", arrow::int64())},
             R"([["old", "A", 1700000000], ["new", "A", 1800000000]])");
  const auto rows = Rows(
      "hub_choice", {{"time", "written"}, {"since", "2025-01-01T00:00:00Z"}},
      hub_.get());
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1);
  EXPECT_EQ((*rows)[0].multiple_choice().prompt(), "new");
}

TEST_F(HubSources, QuestionsAreAskedInPairsUnderRules) {
  AddParquet(server_, "choice.parquet", TextColumns({"challenge", "reference"}),
             R"([
      ["Which sea?\nA. a small one B. y C. z D. w", "A"],
      ["no question", "A"],
      ["One word?\nA. x B. y C. z D. w", "A"],
      ["Where?\nA. x B. far away C. z D. w", "B"],
      ["When?\nA. x B. y C. last year D. w", "C"]])");
  const json parameters = {{"version", 1}};
  const auto rows = Rows("hub_instruction_following", parameters, hub_.get());
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2);
  const auto& first = (*rows)[0].instruction_following();
  const auto& second = (*rows)[1].instruction_following();
  EXPECT_THAT(first.prompts(0), HasSubstr("\"Which sea?\""));
  EXPECT_THAT(first.prompts(1), HasSubstr("\"Where?\""));
  EXPECT_THAT(second.prompts(0), HasSubstr("\"Where?\""));
  EXPECT_THAT(second.prompts(1), HasSubstr("\"When?\""));
  EXPECT_GT(first.rules_size(), 0);
}

TEST_F(HubSources, SolutionsBecomeReferences) {
  const auto message = arrow::struct_(TextColumns({"role", "content"}));
  const auto messages = arrow::field("messages", arrow::list(message));
  AddParquet(server_, "synthetic.parquet",
             {messages, arrow::field("task_type", arrow::utf8())}, R"([
      [[["user", "1/2?"], ["assistant", "So \\boxed{\\frac{1}{2}}. "]],
       "verifiable_math"],
      [[["user", "1?"], ["assistant", "I do not know."]], "verifiable_math"],
      [[["user", "f of 1?"], ["assistant", "It is {\"output\": \"3\"}."]],
       "code_output_prediction"],
      [[["user", "?"], ["assistant", "\\boxed{1}"]], "llm_judgeable"]])");
  auto rows = Rows("hub_synthetic1", {}, hub_.get());
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2);
  EXPECT_EQ((*rows)[0].reference().system(), kReasoningSystem);
  EXPECT_EQ((*rows)[0].reference().prompt(), "1/2?");
  EXPECT_EQ((*rows)[0].reference().reference(), "So \\boxed{\\frac{1}{2}}");
  EXPECT_EQ((*rows)[1].reference().reference(), "It is . {\"output\": \"3\"}");
  rows = Rows("hub_synthetic1", {{"task_types", {"code_output_prediction"}}},
              hub_.get());
  EXPECT_EQ(rows->size(), 1);
  EXPECT_EQ(Rows("hub_synthetic1", {{"max_tokens", 11}}, hub_.get())->size(),
            0);
}

TEST_F(HubSources, ContestsAreOneQuestionAndOneReply) {
  const auto message = arrow::struct_(TextColumns({"role", "content"}));
  AddParquet(server_, "cots.parquet",
             {arrow::field("messages", arrow::list(message))}, R"([
      [[["user", "Print 1."], ["assistant", "\n<think>x</think> y \n"]]],
      [[["user", "a"], ["assistant", "b"], ["user", "c"]]],
      [[["user", "a"], ["assistant", " "]]]])");
  const auto rows = Rows("hub_codeforces", {}, hub_.get());
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 1);
  EXPECT_EQ((*rows)[0].reference().prompt(), "Print 1.");
  EXPECT_EQ((*rows)[0].reference().reference(), "<think>x</think> y");
  EXPECT_EQ(Rows("hub_codeforces", {{"max_tokens", 14}}, hub_.get())->size(),
            0);
  EXPECT_EQ(Rows("hub_codeforces", {{"max_tokens", 20}}, hub_.get())->size(),
            1);
}

TEST_F(HubSources, FaultsOfTheNetworkChangeNoRow) {
  AddTexts();
  const auto rows = Texts({}, hub_.get());
  server_.Spoil("hub GET /api", 1, [](TestAnswer& answer) {
    answer = {.status = 429, .headers = {{"Retry-After", "1"}}};
  });
  for (int i = 0; i < 5; ++i) {
    server_.Spoil("cdn GET", 1, [](TestAnswer& answer) {
      answer.cut_after = answer.body.size() / 2;
    });
    server_.Spoil("cdn GET", 1,
                  [](TestAnswer& answer) { answer = {.status = 500}; });
  }
  EXPECT_EQ(Texts({}, hub_.get()), rows);
}

TEST_F(HubSources, TheHubsRefusalsKeepTheirCodeAndNameTheFile) {
  AddTexts();
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer = {.status = 404}; });
  const absl::Status status = Rows("hub_text", {}, hub_.get()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("data/1.parquet: "));
}

TEST_F(HubSources, WhatWasReadOnceIsThereOffline) {
  AddTexts();
  for (const bool whole : {false, true}) {
    HubOptions options;
    options.cache = FreshPath(absl::StrCat("cache", whole));
    const json parameters = {{"whole", whole}};
    const auto rows = Texts(parameters, TestClient(server_, options).get());
    EXPECT_EQ(rows.size(), 9);
    const size_t requests = server_.Log().size();
    options.offline = true;
    EXPECT_EQ(Texts(parameters, TestClient(server_, options).get()), rows);
    EXPECT_EQ(server_.Log().size(), requests);
    options.cache = FreshPath("empty");
    EXPECT_EQ(Rows("hub_text", parameters, TestClient(server_, options).get())
                  .status()
                  .code(),
              absl::StatusCode::kUnavailable);
  }
}

TEST_F(HubSources, WrongBytesOfAWholeFileAreNoticed) {
  AddTexts();
  HubOptions options;
  options.cache = FreshPath("wrong");
  server_.Spoil("cdn GET", 1,
                [](TestAnswer& answer) { answer.body[100] ^= 1; });
  EXPECT_EQ(
      Rows("hub_text", {{"whole", true}}, TestClient(server_, options).get())
          .status()
          .code(),
      absl::StatusCode::kDataLoss);
}

TEST_F(HubSources, BytesThatAreNoParquetAreRefused) {
  for (const std::string& content :
       {std::string(), std::string("PAR1"), std::string(100000, 'x'),
        std::string("PAR1\xff\xff\xff\x7fPAR1"),
        std::string(1000, '\0') + "\x10\x02\0\0PAR1"}) {
    server_.Add(TestRepo(), "bad.parquet", content, true);
    const absl::Status status = Rows("hub_text", {}, hub_.get()).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), HasSubstr("bad.parquet"));
  }
}

TEST_F(HubSources, ParametersThatMakeNoSenseAreRefused) {
  AddTexts();
  const struct {
    const char* source;
    json parameters;
    const char* message;
  } kCases[] = {
      {"hub_text", {{"files", "data"}}, "\"files\""},
      {"hub_text", {{"files", json::array()}}, "\"files\""},
      {"hub_text", {{"files", {""}}}, "\"files\""},
      {"hub_text", {{"files", {1}}}, "\"files\""},
      {"hub_text", {{"files", {"nowhere/"}}}, "\"nowhere/\""},
      {"hub_text", {{"files", {"dat"}}}, "\"dat\""},
      {"hub_text", {{"shuffle", 1}}, "\"shuffle\""},
      {"hub_text", {{"max_bytes", 0}}, "\"max_bytes\""},
      {"hub_text",
       {{"repository", "a/b"}, {"revision", "main"}},
       "'main' is no commit"},
      {"hub_text",
       {{"repository", "../b"}, {"revision", TestRepo().commit}},
       "no repository's id"},
      {"hub_choice", {{"hotkeys", "alice"}}, "\"hotkeys\""},
      {"hub_choice", {{"since", "2025-01-01T00:00:00Z"}}, "\"time\""},
      {"hub_choice", {{"time", "t"}, {"since", "now"}}, "\"since\""},
      {"hub_synthetic1", {{"task_types", {"rhymes"}}}, "rhymes"},
      {"hub_synthetic1", {{"max_tokens", -1}}, "\"max_tokens\""},
      {"hub_codeforces", {{"column", "text"}}, "\"column\""},
  };
  for (const auto& c : kCases) {
    const absl::Status status =
        Open(c.source, c.parameters, hub_.get()).status();
    EXPECT_FALSE(status.ok()) << c.parameters;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST_F(HubSources, WithoutAHubNothingIsAsked) {
  const absl::Status status = Open("hub_text", {}, nullptr).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(server_.Log().empty());
}

TEST_F(HubSources, RowsThatAreNoSamplesAreNamed) {
  const auto message = arrow::struct_(TextColumns({"role", "content"}));
  AddParquet(server_, "bad.parquet",
             {arrow::field("messages", arrow::list(message))}, R"([
      [[["user", "a"], ["assistant", "b"]]],
      [[["user", "a"]]]])");
  const auto rows = Open("hub_codeforces", {}, hub_.get());
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_TRUE((*rows)->Next().ok());
  const absl::Status status = (*rows)->Next().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ((*rows)->Next().status(), status);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("bad.parquet, row group 0, row 1: field \"messages\""));
}

}  // namespace
}  // namespace sn37::datasets
