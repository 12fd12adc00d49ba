// A Parquet file, of which some columns of some row groups are read.
#ifndef SN37_DATASETS_SOURCES_PARQUET_FILE_H_
#define SN37_DATASETS_SOURCES_PARQUET_FILE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow/io/interfaces.h"
#include "arrow/record_batch.h"
#include "arrow/result.h"
#include "parquet/arrow/reader.h"

namespace sn37::datasets {

// One thread at a time. Checksums of pages are checked where the file has them.
// Bad files may make Parquet throw: call it within RunArrow (arrow_status.h).
class ParquetFile {
 public:
  // Keeps `bytes`. `distant`: reads cost a round trip each, so that the columns
  // of a row group are read at once, and one whose columns have more than 1 GiB
  // (unpacked) is an error; otherwise they are read piece by piece.
  static arrow::Result<std::unique_ptr<ParquetFile>> Open(
      std::shared_ptr<arrow::io::RandomAccessFile> bytes, bool distant);

  int row_groups() const;
  // Names of the columns at the top.
  std::vector<std::string> columns() const;

  // The rows of these row groups, with those of these columns that the file
  // has, 256 rows at a time. Must not outlive this object.
  arrow::Result<std::unique_ptr<arrow::RecordBatchReader>> Read(
      const std::vector<int>& groups, const std::vector<std::string>& columns);

 private:
  ParquetFile(std::unique_ptr<parquet::arrow::FileReader> reader, bool distant)
      : reader_(std::move(reader)), distant_(distant) {}

  const std::unique_ptr<parquet::arrow::FileReader> reader_;
  const bool distant_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_PARQUET_FILE_H_
