#include "datasets/sources/lines.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

}  // namespace

LineBlock::LineBlock(std::string path, int64_t line, size_t max_bytes,
                     std::string text)
    : path_(std::move(path)),
      line_(line),
      max_bytes_(max_bytes),
      text_(std::move(text)) {}

std::string LineBlock::Place() const {
  return absl::StrCat(Printable(path_), ", line ", line_);
}

absl::StatusOr<std::optional<absl::string_view>> LineBlock::Next() {
  if (begin_ >= text_.size()) return std::nullopt;
  absl::string_view line(text_);
  line.remove_prefix(begin_);
  line = line.substr(0, line.find('\n'));
  begin_ += line.size() + 1;
  ++line_;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.size() > max_bytes_) {
    return absl::InvalidArgumentError(
        absl::StrCat(Place(), ": has more than ", max_bytes_, " bytes"));
  }
  return line;
}

absl::StatusOr<LineReader> LineReader::Open(const std::string& path,
                                            size_t max_bytes) {
  SN37_ASSIGN_OR_RETURN(auto file, OpenForReading(path));
  return LineReader(path, max_bytes, std::move(file.first));
}

absl::StatusOr<bool> LineReader::Fill() {
  const size_t had = rest_.size();
  rest_.resize(had + kBlockBytes);
  ssize_t got;
  do {
    got = read(file_.get(), rest_.data() + had, kBlockBytes);
  } while (got < 0 && errno == EINTR);
  const int error = errno;
  rest_.resize(had + std::max<ssize_t>(got, 0));
  if (got < 0) return ErrnoStatus(error, "read", path_);
  return got > 0;
}

absl::StatusOr<std::optional<LineBlock>> LineReader::NextBlock() {
  size_t end = 0;  // of the last whole line
  while (true) {
    const size_t had = rest_.size();
    SN37_ASSIGN_OR_RETURN(const bool more, Fill());
    const size_t last = absl::string_view(rest_).substr(had).rfind('\n');
    if (last != absl::string_view::npos) end = had + last + 1;
    if (end > 0) break;
    // The end of the file, or a line that is too long already ("\r" aside).
    if (!more || rest_.size() > max_bytes_ + 1) {
      end = rest_.size();
      break;
    }
  }
  if (end == 0) return std::nullopt;
  std::string next = rest_.substr(end);
  rest_.resize(end);
  LineBlock block(path_, line_, max_bytes_,
                  std::exchange(rest_, std::move(next)));
  for (size_t at = 0; (at = block.text_.find('\n', at)) != std::string::npos;) {
    ++line_;
    ++at;
  }
  return block;
}

}  // namespace sn37::datasets
