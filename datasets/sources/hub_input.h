// A file of the hub as Arrow reads files: by ranges, when they are needed.
#ifndef SN37_DATASETS_SOURCES_HUB_INPUT_H_
#define SN37_DATASETS_SOURCES_HUB_INPUT_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "arrow/io/interfaces.h"
#include "arrow/result.h"
#include "sn37/hub/hub.h"

namespace sn37::datasets {

// Borrows the hub. Safe from any thread but for Seek, Tell and Read, which
// share a place. A single read of more than 1 GiB is refused.
class HubInput : public arrow::io::RandomAccessFile {
 public:
  HubInput(Hub& hub, HubRepo repo, HubFile file)
      : hub_(hub), repo_(std::move(repo)), file_(std::move(file)) {}

  // The hub's first failure, which Arrow's status tells less of.
  absl::Status status() const;

  arrow::Result<int64_t> GetSize() override;
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes,
                                bool allow_short_read, void* out) override;
  arrow::Result<int64_t> ReadAt(int64_t position, int64_t bytes,
                                void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(
      int64_t position, int64_t bytes, bool allow_short_read) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position,
                                                       int64_t bytes) override;

  arrow::Status Seek(int64_t position) override;
  arrow::Result<int64_t> Tell() const override { return place_; }
  arrow::Result<int64_t> Read(int64_t bytes, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override;

  arrow::Status Close() override;
  bool closed() const override { return closed_; }

 private:
  Hub& hub_;
  const HubRepo repo_;
  const HubFile file_;
  int64_t place_ = 0;
  bool closed_ = false;
  mutable std::mutex mutex_;
  absl::Status status_;  // guarded
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_HUB_INPUT_H_
