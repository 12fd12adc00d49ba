#include "sn37/base/mapped_file.h"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37 {

absl::StatusOr<MappedFile> MappedFile::Open(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(auto opened, OpenForReading(path));
  const auto& [fd, size] = opened;
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return ErrnoStatus(errno, "map", path);
  return MappedFile(data, size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace sn37
