// Rows of Parquet files, mapped as mapping.h says. Only the columns that the
// mapping names are read, and of those a few rows at a time.
#include <numeric>
#include <utility>

#include "arrow/io/file.h"
#include "arrow/record_batch.h"
#include "datasets/sources/parquet_file.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/tables.h"

namespace sn37::datasets {
namespace {

// The reader refers to the file, which it keeps.
class ParquetReader : public arrow::RecordBatchReader {
 public:
  ParquetReader(std::unique_ptr<ParquetFile> file,
                std::unique_ptr<arrow::RecordBatchReader> rows)
      : file_(std::move(file)), rows_(std::move(rows)) {}

  std::shared_ptr<arrow::Schema> schema() const override {
    return rows_->schema();
  }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    return rows_->ReadNext(batch);
  }

 private:
  const std::unique_ptr<ParquetFile> file_;
  const std::unique_ptr<arrow::RecordBatchReader> rows_;
};

arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> OpenParquet(
    const std::string& path, const std::vector<std::string>& columns) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::io::ReadableFile::Open(path));
  ARROW_ASSIGN_OR_RAISE(auto file, ParquetFile::Open(std::move(bytes),
                                                     /*distant=*/false));
  std::vector<int> groups(file->row_groups());
  std::iota(groups.begin(), groups.end(), 0);
  ARROW_ASSIGN_OR_RAISE(auto rows, file->Read(groups, columns));
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
