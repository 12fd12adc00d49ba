#include "datasets/sources/hub_input.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "arrow/buffer.h"

namespace sn37::datasets {
namespace {

constexpr int64_t kMaxReadBytes = int64_t{1} << 30;

}  // namespace

absl::Status HubInput::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

arrow::Result<int64_t> HubInput::GetSize() {
  return static_cast<int64_t>(file_.bytes);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> HubInput::ReadAt(
    int64_t position, int64_t bytes, bool allow_short_read) {
  const int64_t size = static_cast<int64_t>(file_.bytes);
  if (position < 0 || bytes < 0 || position > size) {
    return arrow::Status::IOError("there is no byte ", position, " of ", size);
  }
  if (bytes > size - position && !allow_short_read) {
    return arrow::Status::IOError("there are no ", bytes, " bytes at ",
                                  position, " of ", size);
  }
  bytes = std::min(bytes, size - position);
  if (bytes > kMaxReadBytes) {
    return arrow::Status::CapacityError(bytes, " bytes at once");
  }
  absl::StatusOr<std::string> read = hub_.Read(repo_, file_, position, bytes);
  if (!read.ok()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_.Update(read.status());
    return arrow::Status::IOError(std::string(read.status().message()));
  }
  return arrow::Buffer::FromString(*std::move(read));
}

arrow::Result<std::shared_ptr<arrow::Buffer>> HubInput::ReadAt(int64_t position,
                                                               int64_t bytes) {
  return ReadAt(position, bytes, /*allow_short_read=*/true);
}

arrow::Result<int64_t> HubInput::ReadAt(int64_t position, int64_t bytes,
                                        bool allow_short_read, void* out) {
  ARROW_ASSIGN_OR_RAISE(const auto read,
                        ReadAt(position, bytes, allow_short_read));
  std::memcpy(out, read->data(), read->size());
  return read->size();
}

arrow::Result<int64_t> HubInput::ReadAt(int64_t position, int64_t bytes,
                                        void* out) {
  return ReadAt(position, bytes, /*allow_short_read=*/true, out);
}

arrow::Status HubInput::Seek(int64_t position) {
  place_ = position;
  return arrow::Status::OK();
}

arrow::Result<std::shared_ptr<arrow::Buffer>> HubInput::Read(int64_t bytes) {
  ARROW_ASSIGN_OR_RAISE(auto read, ReadAt(place_, bytes));
  place_ += read->size();
  return read;
}

arrow::Result<int64_t> HubInput::Read(int64_t bytes, void* out) {
  ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(place_, bytes, out));
  place_ += read;
  return read;
}

arrow::Status HubInput::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

}  // namespace sn37::datasets
