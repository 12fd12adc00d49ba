// The sources over tables: CSV and Parquet.
#include "datasets/sources/tables.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "datasets/sources/registry.h"
#include "datasets/sources/tables_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// All rows of files, or the first error.
absl::StatusOr<std::vector<Sample>> Rows(absl::string_view source,
                                         const std::vector<std::string>& files,
                                         const json& parameters) {
  const InputFiles inputs = {{"rows", files}};
  const auto rows = (*FindSource(source))
                        ->open({.config = "some",
                                .parameters = parameters,
                                .seed = Digest(),
                                .inputs = &inputs});
  if (!rows.ok()) return rows.status();
  std::vector<Sample> samples;
  while (true) {
    const auto sample = (*rows)->Next();
    if (!sample.ok()) return sample.status();
    if (!sample->has_value()) return samples;
    samples.push_back(**sample);
  }
}

absl::StatusOr<std::vector<Sample>> CsvRows(const std::string& content,
                                            const json& parameters) {
  return Rows("csv", {WriteTestFile("rows.csv", content)}, parameters);
}

TEST(Csv, QuotesLineEndsAndEmptyCellsAreRead) {
  const auto rows = CsvRows(
      "\xef\xbb\xbfq,unused,a,system\r\n"
      "\"Say \"\"sea\"\",\nplease.\",1,sea,\r\n"
      "ü,2,b,Be brief.\r\n",
      {{"kind", "reference"},
       {"columns", {{"prompt", "q"}, {"reference", "a"}}}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 2);
  EXPECT_EQ((*rows)[0].reference().prompt(), "Say \"sea\",\nplease.");
  EXPECT_EQ((*rows)[0].reference().system(), "");
  EXPECT_EQ((*rows)[1].reference().prompt(), "ü");
  EXPECT_EQ((*rows)[1].reference().system(), "Be brief.");
}

TEST(Csv, TextStaysText) {
  const auto rows =
      CsvRows("text\n007\nNULL\nnan\ntrue\n1e5\n", {{"kind", "text"}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  std::vector<std::string> texts;
  for (const Sample& row : *rows) texts.push_back(row.text().text());
  EXPECT_THAT(texts, ElementsAre("007", "NULL", "nan", "true", "1e5"));
}

TEST(Csv, ListsAreJsonArrays) {
  const auto rows = CsvRows(
      "prompt,items,relevant\nNext?,\"[\"\"tea\"\",\"\"rye\"\"]\",[1]\n",
      {{"kind", "ranking"}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT((*rows)[0].ranking().items(), ElementsAre("tea", "rye"));
  EXPECT_THAT((*rows)[0].ranking().relevant(), ElementsAre(1));
}

TEST(Csv, BadRowsAreNamedWithTheirFile) {
  const std::pair<std::string, absl::string_view> kCases[] = {
      {"text\ngood\na\xff\n", "row 1: text is not valid UTF-8"},
      {"text\ngood\n\"\"\n", "row 1: field \"text\""},
      {"other\ngood\n", "row 0: field \"text\""},
      {"text,b\ngood,1\ngood,1,2\n", "Expected 2 columns"},
      {absl::StrCat("text\ngood\n", std::string(9 << 20, 'x'), "\n"),
       "row 1: field \"text\""},
      {absl::StrCat("text\ngood\n", std::string(100 << 20, 'x'), "\n"),
       "a row has more than 16777216 bytes"},
      {"text\ngood\n\"never closed\n", "a quote is not closed"},
      {"", "rows.csv"},
  };
  for (const auto& [content, message] : kCases) {
    const absl::Status status = CsvRows(content, {{"kind", "text"}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
        << status << " for " << content.substr(0, 40);
    EXPECT_THAT(status.message(), HasSubstr("rows.csv"));
    EXPECT_THAT(status.message(), HasSubstr(message));
  }
}

TEST(Parquet, ColumnsAreMappedAndOthersNotRead) {
  const auto choices =
      arrow::field("choices", arrow::list(arrow::large_utf8()));
  const std::string file = WriteTestParquet(
      "rows.parquet",
      {arrow::field("unused", arrow::timestamp(arrow::TimeUnit::SECOND)),
       arrow::field("q", arrow::dictionary(arrow::int32(), arrow::utf8())),
       choices, arrow::field("answer", arrow::utf8())},
      R"([[1, "Is it?", ["yes", "no"], "no"], [2, "So?", null, "B"],
          [3, "Or?", ["x", "y", "z"], "z"]])");
  const auto rows =
      Rows("parquet", {file, file},
           {{"kind", "multiple_choice"}, {"columns", {{"prompt", "q"}}}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_EQ(rows->size(), 6);
  EXPECT_EQ((*rows)[0].multiple_choice().prompt(), "Is it?");
  EXPECT_THAT((*rows)[1].multiple_choice().choices(),
              ElementsAre("A", "B", "C", "D"));
  EXPECT_THAT((*rows)[5].multiple_choice().choices(),
              ElementsAre("x", "y", "z"));
}

TEST(Parquet, ListsOfNumbersAreRead) {
  const std::string file =
      WriteTestParquet("rows.parquet",
                       {arrow::field("prompt", arrow::utf8()),
                        arrow::field("items", arrow::list(arrow::utf8())),
                        arrow::field("relevant", arrow::list(arrow::uint8()))},
                       R"([["Next?", ["tea", "rye", "ice"], [0, 2]]])");
  const auto rows = Rows("parquet", {file}, {{"kind", "ranking"}});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT((*rows)[0].ranking().relevant(), ElementsAre(0, 2));
}

TEST(Parquet, BadRowsAndColumnsAreNamedWithTheirFile) {
  const auto text = [](const std::shared_ptr<arrow::DataType>& type) {
    return arrow::FieldVector{arrow::field("text", type)};
  };
  const std::string big =
      absl::StrCat(R"([["good"], [")", std::string(100 << 20, 'x'), R"("]])");
  const struct {
    arrow::FieldVector columns;
    std::string rows;
    absl::string_view message;
  } kCases[] = {
      {text(arrow::int32()), "[[7]]", "row 0: field \"text\""},
      {text(arrow::timestamp(arrow::TimeUnit::SECOND)), "[[7]]",
       "row 0: column \"text\""},
      {text(arrow::list(arrow::utf8())), R"([[["a"]]])",
       "row 0: field \"text\""},
      {TextColumns({"text"}), R"([["a"], ["b"], [null]])",
       "row 2: field \"text\""},
      {TextColumns({"text"}), R"([["good"], [""]])", "row 1: text is empty"},
      {TextColumns({"text"}), big, "row 1: field \"text\""},
      {TextColumns({"other"}), R"([["a"]])", "row 0: field \"text\""},
  };
  for (const auto& test : kCases) {
    const std::string file =
        WriteTestParquet("rows.parquet", test.columns, test.rows);
    const absl::Status status =
        Rows("parquet", {file}, {{"kind", "text"}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr("rows.parquet, "));
    EXPECT_THAT(status.message(), HasSubstr(test.message));
  }
}

TEST(Parquet, DamagedFilesAreRefusedByName) {
  const std::string good = *ReadFile(
      WriteTestParquet("good.parquet", TextColumns({"text"}), R"([["good"]])"),
      1 << 20);
  std::string flipped = good;
  flipped[10] ^= 1;
  for (const std::string& bytes :
       {std::string(), std::string("PAR1"), std::string("text\ngood\n"),
        good.substr(0, good.size() / 2), good.substr(good.size() / 2),
        flipped}) {
    const absl::Status status =
        Rows("parquet", {WriteTestFile("rows.parquet", bytes)},
             {{"kind", "text"}})
            .status();
    if (bytes == flipped && status.ok()) continue;  // in an unused field
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.message(), HasSubstr("rows.parquet"));
  }
}

}  // namespace
}  // namespace sn37::datasets
