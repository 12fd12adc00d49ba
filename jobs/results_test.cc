#include "jobs/results.h"

#include <memory>
#include <string>
#include <vector>

#include "arrow/array/array_binary.h"
#include "arrow/array/array_nested.h"
#include "arrow/array/array_primitive.h"
#include "arrow/io/memory.h"
#include "arrow/table.h"
#include "gtest/gtest.h"
#include "parquet/arrow/reader.h"

namespace sn37::jobs {
namespace {

SampleResult Generated() {
  SampleResult result;
  result.set_competition(2);
  result.set_model_digest("aa");
  result.set_task("if_eval");
  result.set_index(7);
  result.set_sample_id("if_eval_v1/3");
  result.set_status(SCORED);
  for (const char* text : {"yes", "no"}) {
    eval::Response& response = *result.add_responses();
    response.set_text(text);
    response.set_context_tokens(11);
    response.add_tokens(5);
    response.add_tokens(6);
  }
  result.mutable_score()->add_items(0.25);
  result.mutable_score()->set_duplicate(true);
  result.mutable_score()->set_answer("1/2");
  eval::Number& number = *result.mutable_score()->add_numbers();
  number.set_name("margin");
  number.set_value(-1.5);
  return result;
}

SampleResult Failed() {
  SampleResult result;
  result.set_competition(1);
  result.set_model_digest("bb");
  result.set_task("text");
  result.set_status(MODEL_FAILED);
  result.set_error("NaN");
  return result;
}

std::shared_ptr<arrow::Table> Read(const std::string& bytes) {
  auto reader =
      parquet::arrow::OpenFile(std::make_shared<arrow::io::BufferReader>(
                                   arrow::Buffer::FromString(bytes)),
                               arrow::default_memory_pool());
  EXPECT_TRUE(reader.ok()) << reader.status().ToString();
  auto table = (*reader)->ReadTable();
  EXPECT_TRUE(table.ok()) << table.status().ToString();
  return *table;
}

template <typename Array>
std::shared_ptr<Array> ColumnOf(const arrow::Table& table, const char* name) {
  return std::static_pointer_cast<Array>(table.GetColumnByName(name)->chunk(0));
}

TEST(ResultsTest, EveryFieldIsReadBack) {
  std::vector<SampleResult> results = {Generated(), Failed()};
  SortResults(results);
  auto bytes = ResultsParquet(results);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  auto table = Read(*bytes);
  ASSERT_EQ(table->num_rows(), 2);
  auto competition = ColumnOf<arrow::UInt32Array>(*table, "competition");
  EXPECT_EQ(competition->Value(0), 1);
  EXPECT_EQ(competition->Value(1), 2);
  auto status = ColumnOf<arrow::StringArray>(*table, "status");
  EXPECT_EQ(status->GetString(0), "model_failed");
  EXPECT_EQ(status->GetString(1), "scored");
  EXPECT_EQ(ColumnOf<arrow::StringArray>(*table, "error")->GetString(0), "NaN");
  EXPECT_EQ(ColumnOf<arrow::StringArray>(*table, "sample")->GetString(1),
            "if_eval_v1/3");
  auto text = ColumnOf<arrow::ListArray>(*table, "text");
  EXPECT_EQ(text->value_length(0), 0);
  ASSERT_EQ(text->value_length(1), 2);
  auto texts = std::static_pointer_cast<arrow::StringArray>(text->values());
  EXPECT_EQ(texts->GetString(1), "no");
  auto tokens = ColumnOf<arrow::ListArray>(*table, "tokens");
  EXPECT_EQ(tokens->value_length(1), 2);
  auto items = ColumnOf<arrow::ListArray>(*table, "items");
  ASSERT_EQ(items->value_length(1), 1);
  EXPECT_EQ(
      std::static_pointer_cast<arrow::DoubleArray>(items->values())->Value(0),
      0.25);
  EXPECT_TRUE(ColumnOf<arrow::BooleanArray>(*table, "duplicate")->Value(1));
  auto numbers = ColumnOf<arrow::MapArray>(*table, "numbers");
  EXPECT_EQ(numbers->value_length(0), 0);
  ASSERT_EQ(numbers->value_length(1), 1);
  EXPECT_EQ(std::static_pointer_cast<arrow::StringArray>(numbers->keys())
                ->GetString(0),
            "margin");
  EXPECT_EQ(
      std::static_pointer_cast<arrow::DoubleArray>(numbers->items())->Value(0),
      -1.5);
  EXPECT_EQ(ColumnOf<arrow::StringArray>(*table, "answer")->GetString(1),
            "1/2");
}

TEST(ResultsTest, TheSameRowsGiveTheSameBytes) {
  std::vector<SampleResult> one = {Generated(), Failed()};
  std::vector<SampleResult> other = {Failed(), Generated()};
  SortResults(one);
  SortResults(other);
  auto a = ResultsParquet(one), b = ResultsParquet(other);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(*a, *b);
}

TEST(ResultsTest, NoResultsAreATableWithoutRows) {
  auto bytes = ResultsParquet({});
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_EQ(Read(*bytes)->num_rows(), 0);
}

}  // namespace
}  // namespace sn37::jobs
