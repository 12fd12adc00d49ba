// Rows of CSV files (RFC 4180, UTF-8) whose first row names the columns, mapped
// as mapping.h says. All cells are text; an empty one is null.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "arrow/buffer.h"
#include "arrow/csv/api.h"
#include "arrow/io/file.h"
#include "datasets/row.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/tables.h"

namespace sn37::datasets {
namespace {

// A row must fit into a block.
constexpr int32_t kBlockBytes = 2 * kMaxSampleBytes;

// Says what Arrow means by a row that does not.
class CsvReader : public arrow::RecordBatchReader {
 public:
  explicit CsvReader(std::shared_ptr<arrow::csv::StreamingReader> reader)
      : reader_(std::move(reader)) {}

  std::shared_ptr<arrow::Schema> schema() const override {
    return reader_->schema();
  }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    return Explain(reader_->ReadNext(batch));
  }
  static arrow::Status Explain(const arrow::Status& status) {
    if (!absl::StrContains(status.message(), "straddling object")) {
      return status;
    }
    return arrow::Status::Invalid("a row has more than ", kBlockBytes,
                                  " bytes");
  }

 private:
  const std::shared_ptr<arrow::csv::StreamingReader> reader_;
};

// Arrow takes the end of the file for the end of a quote: a file that was cut
// off. Whole ones have an even number of them, doubled ones included.
arrow::Status CheckQuotes(arrow::io::ReadableFile& file) {
  int64_t quotes = 0;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto block, file.Read(1 << 20));
    if (block->size() == 0) break;
    quotes += std::count(block->data(), block->data() + block->size(), '"');
  }
  if (quotes % 2 != 0) return arrow::Status::Invalid("a quote is not closed");
  return file.Seek(0);
}

arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> OpenCsv(
    const std::string& path, const std::vector<std::string>& columns) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
  ARROW_RETURN_NOT_OK(CheckQuotes(*file));
  auto reading = arrow::csv::ReadOptions::Defaults();
  reading.use_threads = false;
  reading.block_size = kBlockBytes;
  auto parsing = arrow::csv::ParseOptions::Defaults();
  parsing.newlines_in_values = true;
  auto converting = arrow::csv::ConvertOptions::Defaults();
  converting.check_utf8 = false;  // CheckSample does, and names the row
  converting.include_columns = columns;
  converting.include_missing_columns = true;
  for (const std::string& column : columns) {
    converting.column_types[column] = arrow::utf8();
  }
  converting.null_values = {""};
  converting.strings_can_be_null = true;
  auto reader = arrow::csv::StreamingReader::Make(
      arrow::io::default_io_context(), std::move(file), reading, parsing,
      converting);
  ARROW_RETURN_NOT_OK(CsvReader::Explain(reader.status()));
  return std::make_shared<CsvReader>(*std::move(reader));
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  return ReadTables(context, OpenCsv);
}

}  // namespace

const Source kCsv = {.name = "csv",
                     .kind = Sample::BODY_NOT_SET,
                     .endless = false,
                     .open = Open};

}  // namespace sn37::datasets
