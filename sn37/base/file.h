// Files read with a limit and written whole.
//
// Every error names the file (made harmless by Printable) and what to do.
// Codes: kNotFound for a missing file, kPermissionDenied, kResourceExhausted
// for a full disk, quota or file-size limit (ENOSPC, EDQUOT, EFBIG),
// kInvalidArgument for what is not a regular file or is too long, kUnavailable
// or kInternal else.
//
// A process that may meet a file-size limit ignores SIGXFSZ in its main(), so
// that write(2) returns EFBIG instead of ending the process.
//
// All functions are safe from any thread.
#ifndef SN37_BASE_FILE_H_
#define SN37_BASE_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37 {

// A file descriptor that is closed once; -1 is none. Movable, not copyable.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

// The failure of a system call on `path`: "cannot <verb> <path>: <reason>".
absl::Status ErrnoStatus(int error, absl::string_view verb,
                         absl::string_view path);

// An existing regular file opened for reading, and its size in bytes. A pipe,
// device or folder is refused without waiting for it.
absl::StatusOr<std::pair<FileDescriptor, uint64_t>> OpenForReading(
    const std::string& path);

// The whole content of a regular file of at most `max_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     uint64_t max_bytes);

// Replaces or creates `path` so that a reader, or a restart after a crash, sees
// either the old content or the new one: a temporary name in the same folder,
// fsync, rename, fsync of the folder. On failure the old file is untouched and
// the temporary one is removed.
absl::Status WriteFileWhole(const std::string& path,
                            absl::string_view contents);

// write(2) until everything is written. On failure some bytes may be.
absl::Status WriteAll(int fd, absl::string_view bytes, absl::string_view path);

// Makes names that were created, renamed or removed in `folder` durable.
absl::Status SyncFolder(const std::string& folder);

// `folder`/`name`; `name` alone where folder is empty. No check of `name`: see
// IsPlainName for a name that comes from outside.
std::string JoinPath(absl::string_view folder, absl::string_view name);

// Whether `name` is one path component that stays in its folder: not empty, "."
// or "..", no slash, no NUL byte, at most 255 bytes.
bool IsPlainName(absl::string_view name);

// The names in a folder (without "." and ".."), in byte order. More than
// `max_entries` are an error.
absl::StatusOr<std::vector<std::string>> ListFolder(const std::string& folder,
                                                    size_t max_entries);

// Creates a folder and the missing ones above it; an existing one is fine.
absl::Status MakeFolder(const std::string& folder);

// Removes a file, or a folder with all that is in it; links are not followed.
// What is not there is removed already.
absl::Status RemoveTree(const std::string& path);

// Whether something exists under that name; a dangling link does not.
bool FileExists(const std::string& path);

}  // namespace sn37

#endif  // SN37_BASE_FILE_H_
