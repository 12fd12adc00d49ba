// One Parquet file of a snapshot: rows of one config, in groups that can be
// read alone.
//
// The same rows give the same bytes: the writer library is pinned, and every
// setting that shows in the file is fixed here and in FORMAT.md.
#ifndef SN37_DATASETS_SHARD_H_
#define SN37_DATASETS_SHARD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/row.h"

namespace sn37::datasets {

// A row group ends when it has this many rows or this many bytes of text.
// Reading one row reads the bytes of one group, and the footer has an entry for
// each; larger ones hardly compress better.
inline constexpr int64_t kGroupRows = 1024;
inline constexpr int64_t kGroupBytes = 4 << 20;
// The same for a shard. A shard is put together in memory.
inline constexpr int64_t kShardRows = 64 * kGroupRows;
inline constexpr int64_t kShardBytes = 64 << 20;

// Collects rows and makes a file of them. One thread at a time.
class ShardEncoder {
 public:
  // Adds a row, which costs next to nothing. REQUIRES: !full().
  void Add(Row row);
  int64_t rows() const { return static_cast<int64_t>(rows_.size()); }
  // Whether the next row belongs into the next shard.
  bool full() const { return rows() >= kShardRows || bytes_ >= kShardBytes; }

  // The whole file; empties the encoder for the next shard. An encoder without
  // rows gives a valid file without rows.
  absl::StatusOr<std::string> Finish();

 private:
  std::vector<Row> rows_;
  int64_t bytes_ = 0;  // of their text
};

// Reads rows of one file. Holds the file open and its footer in memory (a few
// kilobytes), never its rows. Not thread-safe; several readers of one file are
// independent.
class ShardReader {
 public:
  // Opens a shard that must have the columns of row.h and groups no larger than
  // the writer makes them. Errors name the file: kInvalidArgument for what is
  // no such Parquet file.
  static absl::StatusOr<ShardReader> Open(const std::string& path);
  ~ShardReader();
  ShardReader(ShardReader&&) noexcept;
  ShardReader& operator=(ShardReader&&) noexcept;

  // Rows of the file.
  int64_t rows() const;

  // Calls `found(i, row)` for each place i in `rows`, in order; an error that
  // it returns ends the reading. Each page that holds one of them is
  // decompressed once. REQUIRES: rows ascending, each in [0, rows()).
  absl::Status Read(
      absl::Span<const int64_t> rows,
      const std::function<absl::Status(size_t i, Row row)>& found);

 private:
  class Impl;
  explicit ShardReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SHARD_H_
