// Rows of Parquet files, mapped as mapping.h says. Only the columns that the
// mapping names are read, and of those a few rows at a time.
#include <algorithm>
#include <numeric>

#include "arrow/io/file.h"
#include "arrow/table.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/tables.h"
#include "parquet/arrow/reader.h"
#include "parquet/file_reader.h"
#include "parquet/metadata.h"
#include "parquet/schema.h"

namespace sn37::datasets {
namespace {

constexpr int64_t kBatchRows = 256;

// The reader refers to the file's reader, which it keeps.
class ParquetReader : public arrow::RecordBatchReader {
 public:
  ParquetReader(std::unique_ptr<parquet::arrow::FileReader> file,
                std::unique_ptr<arrow::RecordBatchReader> rows)
      : file_(std::move(file)), rows_(std::move(rows)) {}

  std::shared_ptr<arrow::Schema> schema() const override {
    return rows_->schema();
  }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    return rows_->ReadNext(batch);
  }

 private:
  const std::unique_ptr<parquet::arrow::FileReader> file_;
  const std::unique_ptr<arrow::RecordBatchReader> rows_;
};

// The leaves of the named columns.
std::vector<int> LeavesOf(const parquet::SchemaDescriptor& schema,
                          const std::vector<std::string>& columns) {
  std::vector<int> leaves;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::string& name = schema.GetColumnRoot(i)->name();
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) {
      leaves.push_back(i);
    }
  }
  return leaves;
}

arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> OpenParquet(
    const std::string& path, const std::vector<std::string>& columns) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::io::ReadableFile::Open(path));
  parquet::ReaderProperties settings;
  settings.enable_buffered_stream();
  settings.set_page_checksum_verification(true);
  parquet::ArrowReaderProperties reading(/*use_threads=*/false);
  reading.set_batch_size(kBatchRows);
  reading.set_pre_buffer(false);
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(std::move(bytes), settings));
  builder.properties(reading);
  std::unique_ptr<parquet::arrow::FileReader> file;
  ARROW_RETURN_NOT_OK(builder.Build(&file));
  const auto metadata = file->parquet_reader()->metadata();
  std::vector<int> groups(metadata->num_row_groups());
  std::iota(groups.begin(), groups.end(), 0);
  ARROW_ASSIGN_OR_RAISE(auto rows,
                        file->GetRecordBatchReader(
                            groups, LeavesOf(*metadata->schema(), columns)));
  return std::make_shared<ParquetReader>(std::move(file), std::move(rows));
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  return ReadTables(context, OpenParquet);
}

}  // namespace

const Source kParquet = {.name = "parquet",
                         .kind = Sample::BODY_NOT_SET,
                         .endless = false,
                         .open = Open};

}  // namespace sn37::datasets
