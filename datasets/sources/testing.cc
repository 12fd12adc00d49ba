#include "datasets/sources/testing.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "datasets/sources/hub_testing.h"
#include "datasets/sources/tables_testing.h"
#include "datasets/testing.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

std::string Words() {
  std::string words = "Paris\nit's\nan\n";
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) {
      absl::StrAppend(&words, std::string({a, b, 'n', a}), "\n");
    }
  }
  return words;
}

std::string Ratings() {
  std::string lines;
  for (const auto& [reply, rating] : {std::pair{"Yes.", 5}, {"No.", 1}}) {
    const nlohmann::json line = {
        {"conversation", {{{"role", "user"}, {"content", "Sea?"}}}},
        {"reply", reply},
        {"rating", rating},
        {"time", "2026-01-31T12:00:00Z"},
        {"user", Sha256(reply).hex()}};
    absl::StrAppend(&lines, line.dump(), "\n");
  }
  return lines;
}

}  // namespace

InputFiles TestInputs() {
  return {
      {"rows",
       {WriteTestFile("rows.jsonl", R"({"prompt":"Say sea.","reference":"sea"})"
                                    "\n"
                                    R"({"prompt":"Say ice.","reference":"ice"})"
                                    "\n")}},
      {"csv",
       {WriteTestFile("rows.csv",
                      "prompt,reference\nSay sea.,sea\nSay ice.,ice\n")}},
      {"parquet",
       {WriteTestParquet("rows.parquet", TextColumns({"prompt", "reference"}),
                         R"([["Say sea.", "sea"], ["Say ice.", "ice"]])")}},
      {"ratings", {WriteTestFile("ratings.jsonl", Ratings())}},
      {"words", {WriteTestFile("words.txt", Words())}},
      {"texts",
       {WriteTestFile("sea.txt",
                      "the sea\n\nThe sea is wide. It was there\nbefore us! "
                      "Ships cross it slowly, day and night.\n\nWaves reach "
                      "the harbour in the evening.\n"),
        WriteTestFile("ice.txt",
                      "ice\n\nIce floats on cold water. Children slide over "
                      "frozen ponds. It melts in spring.\n")}}};
}

SourceContext TestContext(const Source& source, const InputFiles& inputs) {
  SourceContext context = {.config = "some",
                           .parameters = nlohmann::json::object(),
                           .seed = Sha256("seed"),
                           .inputs = &inputs};
  UseTestHub(source, context);
  if (source.name == "instruction_following") context.parameters["version"] = 2;
  if (source.kind == Sample::BODY_NOT_SET) {
    context.parameters["kind"] = "reference";
  }
  if (source.name == "csv" || source.name == "parquet") {
    context.parameters["input"] = source.name;
  }
  return context;
}

std::vector<Sample> FirstRows(const Source& source,
                              const SourceContext& context, size_t count) {
  std::vector<Sample> samples;
  const auto rows = source.open(context);
  EXPECT_TRUE(rows.ok()) << rows.status();
  while (rows.ok() && samples.size() < count) {
    const absl::StatusOr<std::optional<Sample>> sample = (*rows)->Next();
    EXPECT_TRUE(sample.ok()) << sample.status();
    if (!sample.ok() || !sample->has_value()) break;
    samples.push_back(**sample);
  }
  return samples;
}

}  // namespace sn37::datasets
