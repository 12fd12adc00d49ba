// A text file read line by line, of any size, with a limit for each line.
#ifndef SN37_DATASETS_SOURCES_LINES_H_
#define SN37_DATASETS_SOURCES_LINES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "sn37/base/file.h"

namespace sn37::datasets {

// One thread at a time.
class LineReader {
 public:
  // `max_bytes` is the most that a line may have, its end not counted.
  static absl::StatusOr<LineReader> Open(const std::string& path,
                                         size_t max_bytes);

  // The next line without its "\n" or "\r\n"; absent at the end of the file. A
  // last line needs no end. kInvalidArgument, naming file and line, for one
  // that is too long.
  absl::StatusOr<std::optional<std::string>> Next();

  // "path, line N" of the line that Next returned last, counted from 1.
  std::string Place() const;

 private:
  LineReader(std::string path, size_t max_bytes, FileDescriptor file)
      : path_(std::move(path)), max_bytes_(max_bytes), file_(std::move(file)) {}

  // Reads one more block into buffer_; false at the end of the file.
  absl::StatusOr<bool> Fill();

  std::string path_;
  size_t max_bytes_;
  FileDescriptor file_;
  std::string buffer_;
  size_t begin_ = 0;  // of what buffer_ holds that was not returned yet
  int64_t line_ = 0;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_LINES_H_
