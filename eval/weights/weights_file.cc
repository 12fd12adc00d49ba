#include "eval/weights/weights_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "eval/weights/model_file.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

int64_t ModificationTime(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace

absl::StatusOr<WeightsFile> WeightsFile::Open(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(const std::string real_path, ResolveModelFile(path));
  WeightsFile file;
  file.path_ = path;
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  file.descriptor_ = FileDescriptor(
      open(real_path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  const int descriptor = file.descriptor_.get();
  if (descriptor < 0) return ErrnoStatus(errno, "open", path);
  struct stat info;
  if (fstat(descriptor, &info) != 0) return ErrnoStatus(errno, "stat", path);
  if (!S_ISREG(info.st_mode) || info.st_size == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        Printable(path),
        S_ISREG(info.st_mode) ? ": is empty" : ": is not a regular file"));
  }
  file.size_ = static_cast<size_t>(info.st_size);
  file.mtime_nanoseconds_ = ModificationTime(info);
  void* data = mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) return ErrnoStatus(errno, "map", path);
  file.data_ = static_cast<const uint8_t*>(data);
  return file;
}

absl::Status WeightsFile::CheckUnchanged() const {
  struct stat info;
  if (fstat(descriptor_.get(), &info) != 0) {
    return ErrnoStatus(errno, "stat", path_);
  }
  if (static_cast<size_t>(info.st_size) != size_ ||
      ModificationTime(info) != mtime_nanoseconds_) {
    return absl::UnavailableError(
        absl::StrCat(Printable(path_), ": changed while it was read (it had ",
                     size_, " bytes, it has ", info.st_size,
                     "); do not write to a model's folder while it is in use"));
  }
  return absl::OkStatus();
}

void WeightsFile::Release(std::span<const uint8_t> part) const {
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(part.data());
  const uintptr_t first = (begin + page - 1) / page * page;
  const uintptr_t last = (begin + part.size()) / page * page;
  // A hint: failing changes nothing but the memory in use.
  if (first < last) {
    madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
}

WeightsFile::WeightsFile(WeightsFile&& other) noexcept {
  *this = std::move(other);
}

WeightsFile& WeightsFile::operator=(WeightsFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mtime_nanoseconds_, other.mtime_nanoseconds_);
  return *this;
}

WeightsFile::~WeightsFile() {
  if (data_ != nullptr) munmap(const_cast<uint8_t*>(data_), size_);
}

}  // namespace sn37::eval
