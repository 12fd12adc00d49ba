#include "datasets/sources/lines.h"

#include <errno.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

}  // namespace

absl::StatusOr<LineReader> LineReader::Open(const std::string& path,
                                            size_t max_bytes) {
  SN37_ASSIGN_OR_RETURN(auto file, OpenForReading(path));
  return LineReader(path, max_bytes, std::move(file.first));
}

std::string LineReader::Place() const {
  return absl::StrCat(Printable(path_), ", line ", line_);
}

absl::StatusOr<bool> LineReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t had = buffer_.size();
  buffer_.resize(had + kBlockBytes);
  ssize_t got;
  do {
    got = read(file_.get(), buffer_.data() + had, kBlockBytes);
  } while (got < 0 && errno == EINTR);
  const int error = errno;
  buffer_.resize(had + (got > 0 ? got : 0));
  if (got < 0) return ErrnoStatus(error, "read", path_);
  return got > 0;
}

absl::StatusOr<std::optional<std::string>> LineReader::Next() {
  ++line_;
  size_t searched = begin_;
  size_t end;
  while ((end = buffer_.find('\n', searched)) == std::string::npos) {
    const size_t held = buffer_.size() - begin_;
    if (held > max_bytes_ + 1) break;  // too long already, "\r" aside
    SN37_ASSIGN_OR_RETURN(bool more, Fill());
    if (!more) {
      if (buffer_.empty()) return std::nullopt;
      break;
    }
    searched = held;
  }
  const size_t past = end == std::string::npos ? buffer_.size() : end;
  size_t size = past - begin_;
  if (size > 0 && buffer_[begin_ + size - 1] == '\r') --size;
  if (size > max_bytes_) {
    return absl::InvalidArgumentError(
        absl::StrCat(Place(), ": has more than ", max_bytes_, " bytes"));
  }
  std::string line = buffer_.substr(begin_, size);
  begin_ = end == std::string::npos ? past : past + 1;
  return line;
}

}  // namespace sn37::datasets
