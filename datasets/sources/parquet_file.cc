#include "datasets/sources/parquet_file.h"

#include <algorithm>
#include <cstdint>

#include "parquet/file_reader.h"
#include "parquet/metadata.h"
#include "parquet/properties.h"
#include "parquet/schema.h"

namespace sn37::datasets {
namespace {

constexpr int64_t kBatchRows = 256;
constexpr int64_t kMaxGroupBytes = int64_t{1} << 30;

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

arrow::Status CheckSize(const parquet::FileMetaData& metadata, int group,
                        const std::vector<int>& leaves) {
  const auto row_group = metadata.RowGroup(group);
  int64_t bytes = 0;
  for (const int leaf : leaves) {
    const int64_t unpacked =
        row_group->ColumnChunk(leaf)->total_uncompressed_size();
    if (unpacked < 0 || unpacked > kMaxGroupBytes - bytes) {
      return arrow::Status::Invalid("row group ", group, " has more than ",
                                    kMaxGroupBytes, " bytes");
    }
    bytes += unpacked;
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Result<std::unique_ptr<ParquetFile>> ParquetFile::Open(
    std::shared_ptr<arrow::io::RandomAccessFile> bytes, bool distant) {
  parquet::ReaderProperties settings;
  settings.set_page_checksum_verification(true);
  if (!distant) settings.enable_buffered_stream();
  parquet::ArrowReaderProperties reading(/*use_threads=*/false);
  reading.set_batch_size(kBatchRows);
  reading.set_pre_buffer(distant);
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(std::move(bytes), settings));
  builder.properties(reading);
  std::unique_ptr<parquet::arrow::FileReader> reader;
  ARROW_RETURN_NOT_OK(builder.Build(&reader));
  return std::unique_ptr<ParquetFile>(
      new ParquetFile(std::move(reader), distant));
}

int ParquetFile::row_groups() const { return reader_->num_row_groups(); }

std::vector<std::string> ParquetFile::columns() const {
  const auto metadata = reader_->parquet_reader()->metadata();
  const parquet::schema::GroupNode& root = *metadata->schema()->group_node();
  std::vector<std::string> names;
  for (int i = 0; i < root.field_count(); ++i) {
    names.push_back(root.field(i)->name());
  }
  return names;
}

arrow::Result<std::unique_ptr<arrow::RecordBatchReader>> ParquetFile::Read(
    const std::vector<int>& groups, const std::vector<std::string>& columns) {
  const auto metadata = reader_->parquet_reader()->metadata();
  const std::vector<int> leaves = LeavesOf(*metadata->schema(), columns);
  for (const int group : groups) {
    if (distant_) ARROW_RETURN_NOT_OK(CheckSize(*metadata, group, leaves));
  }
  return reader_->GetRecordBatchReader(groups, leaves);
}

}  // namespace sn37::datasets
