#include "datasets/sources/tables_testing.h"

#include "arrow/array.h"
#include "arrow/io/memory.h"
#include "arrow/json/from_string.h"
#include "arrow/record_batch.h"
#include "arrow/table.h"
#include "datasets/testing.h"
#include "gtest/gtest.h"
#include "parquet/arrow/writer.h"

namespace sn37::datasets {
namespace {

arrow::Result<std::string> Encode(const arrow::FieldVector& columns,
                                  const std::string& rows) {
  ARROW_ASSIGN_OR_RAISE(auto records, arrow::json::ArrayFromJSONString(
                                          arrow::struct_(columns), rows));
  ARROW_ASSIGN_OR_RAISE(auto batch,
                        arrow::RecordBatch::FromStructArray(records));
  ARROW_ASSIGN_OR_RAISE(auto table,
                        arrow::Table::FromRecordBatches({std::move(batch)}));
  ARROW_ASSIGN_OR_RAISE(auto sink, arrow::io::BufferOutputStream::Create());
  ARROW_RETURN_NOT_OK(parquet::arrow::WriteTable(
      *table, arrow::default_memory_pool(), sink, /*chunk_size=*/2));
  ARROW_ASSIGN_OR_RAISE(auto buffer, sink->Finish());
  return buffer->ToString();
}

}  // namespace

std::string WriteTestParquet(absl::string_view name,
                             const arrow::FieldVector& columns,
                             const std::string& rows) {
  const arrow::Result<std::string> bytes = Encode(columns, rows);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return WriteTestFile(name, *bytes);
}

arrow::FieldVector TextColumns(const std::vector<std::string>& names) {
  arrow::FieldVector columns;
  for (const std::string& name : names) {
    columns.push_back(arrow::field(name, arrow::utf8()));
  }
  return columns;
}

}  // namespace sn37::datasets
