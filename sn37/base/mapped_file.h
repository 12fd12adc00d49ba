// A file's bytes in memory without reading them: a read-only private map.
#ifndef SN37_BASE_MAPPED_FILE_H_
#define SN37_BASE_MAPPED_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37 {

// Owns the mapping; what view() returns lives as long as it does, also across
// moves. Safe to read from any thread.
//
// The size is the one at opening. A file that another program cuts shorter
// while it is mapped ends the process with SIGBUS on access, so map only files
// in a folder that this program owns.
class MappedFile {
 public:
  // Maps a regular file; an empty one gives an empty view.
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  absl::string_view view() const {
    return {static_cast<const char*>(data_), size_};
  }

 private:
  MappedFile(void* data, size_t size) : data_(data), size_(size) {}

  void* data_;  // page-aligned; null for an empty file
  size_t size_;
};

}  // namespace sn37

#endif  // SN37_BASE_MAPPED_FILE_H_
