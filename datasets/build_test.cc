#include "datasets/build.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"
#include "datasets/snapshot.h"
#include "datasets/sources/tables_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr absl::string_view kSpec = R"({
  "name": "tiny",
  "license": "MIT",
  "seed": "seed",
  "inputs": [{"name": "words", "origin": "this test", "revision": "1",
              "license": "MIT"}],
  "configs": [
    {"name": "sorting", "source": "word_sorting", "rows": 70000,
     "parameters": {"min_words": 3, "max_words": 5}},
    {"name": "dyck", "source": "dyck", "rows": 300},
    {"name": "sums", "source": "arithmetic", "rows": 300},
    {"name": "choice", "source": "multiple_choice", "rows": 300}
  ]})";

InputFiles SomeWords() {
  std::string words;
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'e'; ++b) {
      absl::StrAppend(&words, std::string({a, b, 'x', a}), "\n");
    }
  }
  return {{"words", {WriteTestFile("words.txt", words)}}};
}

BuildSpec Spec() {
  absl::StatusOr<BuildSpec> spec = BuildSpecFromJson(kSpec);
  EXPECT_TRUE(spec.ok()) << spec.status();
  return *std::move(spec);
}

TEST(BuildSnapshot, TheNumberOfThreadsAndTheFolderDoNotMatter) {
  const InputFiles words = SomeWords();
  const std::string folder = FreshPath("one");
  const auto one = BuildSnapshot(Spec(), words, folder);
  ASSERT_TRUE(one.ok()) << one.status();
  const auto two = BuildSnapshot(Spec(), words, FreshPath("two"),
                                 {.threads = 2, .progress = nullptr});
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_EQ(*one, *two);
  const auto snapshot = Snapshot::Open(folder, *one);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const Manifest& manifest = snapshot->manifest();
  ASSERT_EQ(manifest.configs.size(), 4);
  EXPECT_EQ(manifest.configs[0].rows(), 70000);
  EXPECT_EQ(manifest.configs[0].shards.size(), 2);
  EXPECT_EQ(manifest.inputs[0].files[0].name, "words.txt");
}

// Of every way to rows that reads no other package's files. The id is the same
// on every machine; a change to it changes what validators draw.
TEST(BuildSnapshot, HasTheIdThatIsWrittenDown) {
  const absl::StatusOr<BuildSpec> spec = BuildSpecFromJson(R"({
    "name": "golden",
    "license": "MIT",
    "seed": "golden",
    "inputs": [{"name": "words", "origin": "this test", "revision": "1",
                "license": "MIT"},
               {"name": "rows", "origin": "this test", "revision": "1",
                "license": "MIT"},
               {"name": "table", "origin": "this test", "revision": "1",
                "license": "MIT"},
               {"name": "ratings", "origin": "this test", "revision": "1",
                "license": "MIT"}],
    "configs": [
      {"name": "sorting", "source": "word_sorting", "rows": 50},
      {"name": "sums", "source": "arithmetic", "rows": 50,
       "parameters": {"kind": "final_answer"}},
      {"name": "programs", "source": "programs", "rows": 50,
       "parameters": {"kind": "final_answer"}},
      {"name": "lines", "source": "json_lines",
       "parameters": {"kind": "ranking"}},
      {"name": "table", "source": "csv",
       "parameters": {"input": "table", "kind": "text"}},
      {"name": "liked", "source": "feedback"}
    ]})");
  ASSERT_TRUE(spec.ok()) << spec.status();
  constexpr absl::string_view kRating =
      R"({"conversation":[{"role":"user","content":"Sea?"}],"reply":"$0",)"
      R"("rating":$1,"time":"2026-01-31T12:00:00Z","user":"$2"})";
  InputFiles inputs = SomeWords();
  inputs["rows"] = {WriteTestFile(
      "rows.jsonl",
      R"({"prompt":"Next?","items":["tea","rye"],"relevant":[1]})")};
  inputs["table"] = {WriteTestFile("table.csv", "text\nThe sea.\nIce.\n")};
  inputs["ratings"] = {WriteTestFile(
      "ratings.jsonl",
      absl::StrCat(absl::Substitute(kRating, "Yes.", 5, Sha256("a").hex()),
                   "\n",
                   absl::Substitute(kRating, "No.", 1, Sha256("b").hex())))};
  const std::string folder = FreshPath("golden");
  const auto id = BuildSnapshot(*spec, inputs, folder);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->hex(),
            "816006b697f181db39f958972d54db925ddf42e0653474632074bc2591d679ad");
  const auto snapshot = Snapshot::Open(folder, *id);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const auto samples = snapshot->Read("liked", {0});
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->front().preference().chosen(), "Yes.");
  EXPECT_EQ(samples->front().preference().rejected(), "No.");
}

TEST(BuildSnapshot, AnotherSeedGivesOtherRows) {
  BuildSpec spec = Spec();
  spec.configs.erase(spec.configs.begin());
  const InputFiles words = SomeWords();
  const auto one = BuildSnapshot(spec, words, FreshPath("one"));
  spec.seed = "another";
  const auto other = BuildSnapshot(spec, words, FreshPath("other"));
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_NE(*one, *other);
}

// Builds in a child process that kills itself after so many rows, and not
// before the partial folder has `file`.
void BuildAndDie(const BuildSpec& spec, const InputFiles& inputs,
                 const std::string& folder, uint64_t rows,
                 absl::string_view file = "build.json") {
  const std::string awaited = absl::StrCat(folder, ".partial/", file);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::atomic<uint64_t> done = 0;
    const auto id =
        BuildSnapshot(spec, inputs, folder, {.progress = [&](uint64_t n) {
                        if ((done += n) < rows) return;
                        while (!FileExists(awaited)) usleep(1000);
                        kill(getpid(), SIGKILL);
                      }});
    _exit(id.ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "rows " << rows;
}

TEST(BuildSnapshot, ABuildThatWasKilledGoesOnToTheSameSnapshot) {
  const InputFiles words = SomeWords();
  const auto whole = BuildSnapshot(Spec(), words, FreshPath("whole"));
  ASSERT_TRUE(whole.ok()) << whole.status();
  const std::string folder = FreshPath("killed");
  for (uint64_t rows : {1000, 69000, 70300}) {
    BuildAndDie(Spec(), words, folder, rows);
    EXPECT_FALSE(FileExists(folder));
  }
  EXPECT_TRUE(FileExists(folder + ".partial/sorting-00000.parquet"));
  const auto resumed = BuildSnapshot(Spec(), words, folder);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(*resumed, *whole);
}

// No file can be opened any more, here the second one: nothing is wrong with
// what was built.
TEST(BuildSnapshot, TroubleOfTheMachineKeepsWhatWasBuilt) {
  const absl::StatusOr<BuildSpec> spec = BuildSpecFromJson(R"({
    "name": "table", "license": "MIT", "seed": "",
    "inputs": [{"name": "rows", "origin": "this test", "revision": "1",
                "license": "MIT"}],
    "configs": [{"name": "table", "source": "parquet",
                 "parameters": {"kind": "text"}}]})");
  ASSERT_TRUE(spec.ok()) << spec.status();
  const auto table = [](absl::string_view name) {
    std::string rows;
    for (int i = 0; i < 1500; ++i) {
      absl::StrAppend(&rows, i == 0 ? "" : ",", "[\"", name, i, "\"]");
    }
    return WriteTestParquet(name, TextColumns({"text"}),
                            absl::StrCat("[", rows, "]"));
  };
  const InputFiles inputs = {{"rows", {table("one"), table("two")}}};
  const std::string folder = FreshPath("out");
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
  const absl::Status status =
      BuildSnapshot(*spec, inputs, folder, {.progress = [&](uint64_t) {
        EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
      }}).status();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(status.message(), HasSubstr("two: "));
  EXPECT_TRUE(FileExists(folder + ".partial"));
  const auto id = BuildSnapshot(*spec, inputs, folder);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, *BuildSnapshot(*spec, inputs, FreshPath("whole")));
}

// A config of the rows of a JSON Lines file.
BuildSpec LinesSpec() {
  absl::StatusOr<BuildSpec> spec = BuildSpecFromJson(R"({
    "name": "lines", "license": "MIT", "seed": "",
    "inputs": [{"name": "rows", "origin": "this test", "revision": "1",
                "license": "MIT"}],
    "configs": [{"name": "lines", "source": "json_lines",
                 "parameters": {"kind": "text"}}]})");
  EXPECT_TRUE(spec.ok()) << spec.status();
  return *std::move(spec);
}

std::string Lines(absl::string_view word, int rows) {
  std::string lines;
  for (int row = 0; row < rows; ++row) {
    absl::StrAppend(&lines, "{\"text\":\"", word, row, "\"}\n");
  }
  return lines;
}

// Writes a file whose last change was an hour ago.
std::string WriteOldFile(absl::string_view name, absl::string_view contents) {
  const std::string path = WriteTestFile(name, contents);
  std::filesystem::last_write_time(
      path,
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  return path;
}

// Rows and digests are read at different times.
TEST(BuildSnapshot, AnInputThatChangesMeanwhileIsNoticed) {
  const std::function<void(const std::string& path)> kChanges[] = {
      [](const std::string& path) {  // more rows
        std::ofstream(path, std::ios::app) << Lines("more", 1);
      },
      [](const std::string& path) {  // another byte
        std::fstream(path).seekp(9).put('o');
      },
      [](const std::string& path) {  // another file of that size and time
        const auto time = std::filesystem::last_write_time(path);
        ASSERT_TRUE(WriteFileWhole(path, Lines("new", 3000)).ok());
        std::filesystem::last_write_time(path, time);
      },
      [](const std::string& path) {  // no whole rows
        std::filesystem::resize_file(path, 20000);
      },
      [](const std::string& path) { std::filesystem::remove(path); },
  };
  for (const auto& change : kChanges) {
    const std::string path = WriteOldFile("rows.jsonl", Lines("old", 3000));
    const std::string folder = FreshPath("out");
    std::once_flag once;
    const absl::Status status =
        BuildSnapshot(
            LinesSpec(), {{"rows", {path}}}, folder,
            {.progress = [&](uint64_t) { std::call_once(once, change, path); }})
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
    EXPECT_THAT(status.message(), HasSubstr("rows.jsonl: was changed while"));
    EXPECT_FALSE(FileExists(folder));
    EXPECT_FALSE(FileExists(folder + ".partial"));
  }
}

TEST(BuildSnapshot, AnInputThatChangedSinceABuildWasKilledIsReadAnew) {
  constexpr int kManyRows = 70000;  // of two shards
  const InputFiles inputs = {
      {"rows", {WriteOldFile("rows.jsonl", Lines("old", kManyRows))}}};
  const std::string folder = FreshPath("out");
  BuildAndDie(LinesSpec(), inputs, folder, 69000, "lines-00000.parquet");
  ASSERT_TRUE(
      WriteFileWhole(inputs.at("rows")[0], Lines("new", kManyRows)).ok());
  const auto id = BuildSnapshot(LinesSpec(), inputs, folder);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, *BuildSnapshot(LinesSpec(), inputs, FreshPath("whole")));
}

TEST(BuildSnapshot, WhatWasKeptIsNotBuiltAgain) {
  BuildSpec spec = Spec();
  spec.configs.erase(spec.configs.begin());
  const InputFiles words = SomeWords();
  const std::string folder = FreshPath("kept");
  uint64_t built = 0;
  const BuildOptions options = {.progress = [&](uint64_t n) { built += n; },
                                .keep = true};
  const auto first = BuildSnapshot(spec, words, folder, options);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_GT(built, 0);
  built = 0;
  const auto again = BuildSnapshot(spec, words, folder, options);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(built, 0);
  EXPECT_EQ(*BuildSnapshot(spec, words, FreshPath("other")), *first);
  // Another build, and one that keeps nothing, find a folder in their way.
  EXPECT_EQ(BuildSnapshot(spec, words, folder).status().code(),
            absl::StatusCode::kAlreadyExists);
  spec.configs[0].rows = 100;
  EXPECT_EQ(BuildSnapshot(spec, words, folder, options).status().code(),
            absl::StatusCode::kAlreadyExists);
}

// What a file's rows are made of does not depend on where blocks of lines end,
// on who parses them, or on where the file is.
TEST(BuildSnapshot, FilesOfManyBlocksGiveOneIdWhereverAndHoweverTheyAreRead) {
  std::string lines;
  for (int row = 0; row < 70000; ++row) {
    absl::StrAppend(&lines, "{\"text\":\"Row ", row % 69000, " — ",
                    std::string(row % 200, 'x'), "\"}\n");
  }
  std::optional<Digest> first;
  for (int threads : {1, 2, 5}) {
    const std::string place = FreshPath(absl::StrCat("copy", threads));
    ASSERT_TRUE(MakeFolder(place).ok());
    const std::string copy = JoinPath(place, "rows.jsonl");
    ASSERT_TRUE(WriteFileWhole(copy, lines).ok());
    const std::string folder = FreshPath(absl::StrCat("out", threads));
    const auto id = BuildSnapshot(LinesSpec(), {{"rows", {copy}}}, folder,
                                  {.threads = threads});
    ASSERT_TRUE(id.ok()) << id.status();
    if (!first.has_value()) first = *id;
    EXPECT_EQ(*id, *first) << threads;
    const auto snapshot = Snapshot::Open(folder);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    // What comes again was left out.
    EXPECT_EQ(snapshot->manifest().configs[0].rows(), 69000);
    EXPECT_EQ(snapshot->manifest().configs[0].shards.size(), 2);
  }
}

TEST(BuildSnapshot, ErrorsNameConfigSourceAndReason) {
  const struct {
    absl::string_view from;
    absl::string_view to;
    absl::string_view message;
  } kCases[] = {
      {"\"dyck\", \"rows\"", "\"rhymes\", \"rows\"", "no source \"rhymes\""},
      {"\"dyck\", \"rows\": 300", "\"dyck\"", "\"rows\" is missing"},
      {"\"name\": \"dyck\"", "\"name\": \"../dyck\"",
       "\"../dyck\" cannot be the name"},
      {"\"name\": \"dyck\"", "\"name\": \"sums\"", "\"sums\" occurs twice"},
      {"\"min_words\": 3", "\"min_words\": 6",
       "config sorting (source word_sorting): \"min_words\" is 6, above"},
      {"min_words", "least_words", "unknown key \"least_words\""},
      {"\"inputs\": [{\"name\": \"words\"", "\"inputs\": [{\"name\": \"texts\"",
       "no files were given for the input \"texts\""},
      {"[{\"name\": \"words\", \"origin\": \"this test\", \"revision\": "
       "\"1\",\n"
       "              \"license\": \"MIT\"}]",
       "[]", "\"words\", which is no input"},
      {"\"source\": \"dyck\", \"rows\": 300",
       "\"source\": \"dyck\", \"rows\": 300, \"parameters\": {\"min_pairs\": "
       "1, \"max_pairs\": 1, \"max_answer\": 1}",
       "has only 4 different rows, 300 were asked for"},
  };
  const InputFiles words = SomeWords();
  for (const auto& test : kCases) {
    std::string json = absl::StrReplaceAll(kSpec, {{test.from, test.to}});
    ASSERT_NE(json, kSpec) << test.from;
    // Small, so that a case that fails late fails soon.
    json = absl::StrReplaceAll(json, {{"70000", "100"}});
    const absl::StatusOr<BuildSpec> spec = BuildSpecFromJson(json);
    ASSERT_TRUE(spec.ok()) << spec.status();
    const std::string folder = FreshPath("out");
    const absl::Status status = BuildSnapshot(*spec, words, folder).status();
    EXPECT_FALSE(status.ok()) << test.to;
    EXPECT_THAT(status.message(), HasSubstr(test.message));
    EXPECT_FALSE(FileExists(folder));
    EXPECT_FALSE(FileExists(folder + ".partial"));
  }
}

// Files that are not what their source reads. What each source makes of each
// kind of damage is in its own test.
TEST(BuildSnapshot, HostileInputsAreNamedAndNothingIsWritten) {
  const std::string good = "{\"text\":\"good\"}\n";
  const std::string table = *ReadFile(
      WriteTestParquet("table", TextColumns({"text"}), R"([["one"], ["two"]])"),
      1 << 20);
  const std::string numbers =
      *ReadFile(WriteTestParquet(
                    "table", {arrow::field("text", arrow::int64())}, "[[1]]"),
                1 << 20);
  const std::string rating = absl::StrCat(
      R"({"conversation":[{"role":"user","content":"Hi"}],"reply":"Yes.",)",
      R"("rating":1,"time":"2026-01-31T12:00:00Z","user":")", Sha256("a").hex(),
      R"(","email":"a@b.test"})");
  const struct {
    absl::string_view source;
    std::string content;
    absl::string_view message;
  } kCases[] = {
      {"json_lines", good + "{\"text\":\"a\xff\"}\n", "input, line 2: "},
      {"json_lines",
       good + "{\"text\":\"" + std::string(100 << 20, 'x') + "\"}\n",
       "input, line 2: has more than"},
      {"json_lines", "{\"text\":7}\n", "input, line 1: field \"text\""},
      {"json_lines", "", "config rows has no rows"},
      {"csv", "text\ngood\na\xff\n", "input, row 1: "},
      {"csv", "text\n", "config rows has no rows"},
      {"parquet", table.substr(0, table.size() - 20), "input"},
      {"parquet", numbers, "input, row 0: field \"text\""},
      {"feedback", rating, "input, line 1: unknown key \"email\""},
      {"text_files", "Title\n\na\xff\n", "input: is not valid UTF-8"},
      {"text_files", "", "input: must have a title"},
  };
  for (const auto& test : kCases) {
    const std::string input = test.source == "feedback"     ? "ratings"
                              : test.source == "text_files" ? "texts"
                                                            : "rows";
    BuildSpec spec = LinesSpec();
    spec.inputs[0].name = input;
    spec.configs[0].name = "rows";
    spec.configs[0].source = std::string(test.source);
    if (input != "rows") spec.configs[0].parameters = json::object();
    const std::string folder = FreshPath("out");
    const absl::Status status =
        BuildSnapshot(spec, {{input, {WriteTestFile("input", test.content)}}},
                      folder)
            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr(test.message));
    EXPECT_FALSE(FileExists(folder));
    EXPECT_FALSE(FileExists(folder + ".partial"));
  }
}

TEST(BuildSpec, MistakesAreNamed) {
  const struct {
    absl::string_view json;
    absl::string_view message;
  } kCases[] = {
      {"{", "byte"},
      {"[]", "must be a JSON object"},
      {R"({"nam":"x"})", "unknown key \"nam\""},
      {R"({"name":"x"})", "license"},
      {R"({"name":"x","license":"MIT","seed":"","inputs":[],"configs":[{}]})",
       "configs[0]: "},
      {R"({"name":"x","license":"MIT","seed":"","configs":[],)"
       R"("inputs":[{"name":"y"}]})",
       "inputs[0]: "},
      {R"({"name":"x","license":"MIT","seed":"","inputs":[],)"
       R"("configs":[{"name":"y","source":"z","rows":0}]})",
       "configs[0]: "},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(BuildSpecFromJson(test.json).status().message(),
                HasSubstr(test.message));
  }
}

}  // namespace
}  // namespace sn37::datasets
