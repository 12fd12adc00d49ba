// A file of weights, mapped read-only into memory.
//
// A mapping has one danger that reading has not: if another process truncates
// the file, touching the lost pages raises SIGBUS and not an error. Nothing
// in this program truncates a model file in place (files appear whole, by
// rename), and a model folder must not be changed by others while it is used.
// CheckUnchanged() turns a violation into an error where it is noticed in
// time: call it before and after a long pass over the bytes.
#ifndef EVAL_WEIGHTS_WEIGHTS_FILE_H_
#define EVAL_WEIGHTS_WEIGHTS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sn37/base/file.h"

namespace sn37::eval {

// Move-only; the bytes stay where they are when it is moved. Its const methods
// may be called from any thread.
class WeightsFile {
 public:
  // Maps the regular file `path`, which must not be empty. Of symbolic links
  // only those that ResolveModelFile allows are followed.
  static absl::StatusOr<WeightsFile> Open(const std::string& path);

  WeightsFile(WeightsFile&& other) noexcept;
  WeightsFile& operator=(WeightsFile&& other) noexcept;
  ~WeightsFile();

  const std::string& path() const { return path_; }

  // Valid as long as this object (or what it was moved to) lives; aligned to a
  // page.
  std::span<const uint8_t> bytes() const { return {data_, size_}; }

  // Gives the pages that lie wholly inside `part` of bytes() back to the
  // system. They stay readable: the next touch reads them from the file again.
  void Release(std::span<const uint8_t> part) const;

  // kUnavailable if the file's size or modification time is no longer what it
  // was at Open: what was read is no model's. Not the model's fault
  // (eval/status.h): the store owns the files, and whoever sent the model
  // cannot reach them any more. One fstat.
  absl::Status CheckUnchanged() const;

 private:
  WeightsFile() = default;

  std::string path_;
  FileDescriptor descriptor_;  // stays open for CheckUnchanged
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  int64_t mtime_nanoseconds_ = 0;
};

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_WEIGHTS_FILE_H_
