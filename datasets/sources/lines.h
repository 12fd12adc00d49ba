// A text file read line by line, of any size, with a limit for each line.
#ifndef SN37_DATASETS_SOURCES_LINES_H_
#define SN37_DATASETS_SOURCES_LINES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/base/file.h"

namespace sn37::datasets {

// Whole lines of a file, one after the other, and where they are. A value that
// another thread may take. One thread at a time.
class LineBlock {
 public:
  // The next line without its "\n" or "\r\n", borrowed from this object; absent
  // after the last. kInvalidArgument, naming file and line, for one that is too
  // long.
  absl::StatusOr<std::optional<absl::string_view>> Next();

  // "path, line N" of the line that Next returned last, counted from 1.
  std::string Place() const;

 private:
  friend class LineReader;
  LineBlock(std::string path, int64_t line, size_t max_bytes, std::string text);

  std::string path_;
  int64_t line_ = 0;
  size_t max_bytes_ = 0;
  std::string text_;
  size_t begin_ = 0;  // of what was not returned yet
};

// One thread at a time.
class LineReader {
 public:
  // `max_bytes` is the most that a line may have, its end not counted.
  static absl::StatusOr<LineReader> Open(const std::string& path,
                                         size_t max_bytes);

  // The next lines, about a mebibyte of them or one that is longer; absent at
  // the end of the file. A last line needs no end.
  absl::StatusOr<std::optional<LineBlock>> NextBlock();

 private:
  LineReader(std::string path, size_t max_bytes, FileDescriptor file)
      : path_(std::move(path)), max_bytes_(max_bytes), file_(std::move(file)) {}

  // Reads up to a mebibyte more into rest_; false at the end of the file.
  absl::StatusOr<bool> Fill();

  std::string path_;
  size_t max_bytes_;
  FileDescriptor file_;
  std::string rest_;  // what was read and is in no block yet
  int64_t line_ = 0;  // lines in all blocks so far
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_LINES_H_
