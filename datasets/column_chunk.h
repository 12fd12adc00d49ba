// The cells of one column in one group of rows, as they lie in a Parquet file.
#ifndef SN37_DATASETS_COLUMN_CHUNK_H_
#define SN37_DATASETS_COLUMN_CHUNK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "arrow/io/interfaces.h"
#include "arrow/status.h"
#include "arrow/util/compression.h"
#include "datasets/row.h"
#include "parquet/metadata.h"
#include "parquet/schema.h"

namespace sn37::datasets {

// Reads chunks one after the other, with the same buffers. Goes below Arrow's
// tables, which would decompress every page and copy every text. One thread at
// a time.
class ColumnChunkReader {
 public:
  // `max_bytes`: a chunk, or a page, that has more is an error.
  explicit ColumnChunkReader(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // Fills the cells of `column` at `places`, the rows within the group in
  // ascending order, of `count`; `rows` has one for each. Decompresses only the
  // pages that hold one of them, where the file says which rows a page has.
  // May throw what Parquet throws on bad data: call it within RunArrow.
  arrow::Status Read(arrow::io::RandomAccessFile& file,
                     const parquet::ColumnChunkMetaData& chunk,
                     const parquet::ColumnDescriptor& type,
                     const Column& column, int64_t count,
                     absl::Span<const int64_t> places, std::vector<Row>& rows);

 private:
  friend class PageUnpacker;

  const int64_t max_bytes_;
  std::string packed_;  // the chunk
  std::string page_;    // the present page, decompressed
  // Made once, for that takes as long as decompressing some kilobytes.
  std::shared_ptr<arrow::util::Decompressor> zstd_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_COLUMN_CHUNK_H_
