#include "chain/keys/secret_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

// The folder of `path` with its slash, and its last name.
std::pair<std::string, std::string> Split(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"./", path};
  return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

// Writes the bytes to the open file and gives it its name, unless that exists.
absl::Status WriteAndLink(int fd, absl::string_view contents,
                          const std::string& temporary,
                          const std::string& path) {
  SN37_RETURN_IF_ERROR(WriteAll(fd, contents, temporary));
  if (fsync(fd) != 0) return ErrnoStatus(errno, "sync", temporary);
  if (link(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
  if (errno != EEXIST) return ErrnoStatus(errno, "create", path);
  return absl::AlreadyExistsError(
      absl::StrCat(Printable(path), " exists already; it was left as it is"));
}

}  // namespace

absl::StatusOr<SecretFile> ReadSecretFile(const std::string& path,
                                          size_t max_bytes) {
  SN37_ASSIGN_OR_RETURN(const auto opened, OpenForReading(path));
  const auto& [fd, size] = opened;
  if (size > max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        Printable(path), " is longer than its limit of ", max_bytes, " bytes"));
  }
  SN37_ASSIGN_OR_RETURN(Secret contents, Secret::New(size));
  for (size_t done = 0; done < size;) {
    const ssize_t got = read(fd.get(), contents.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "read", path);
    if (got == 0) {
      return absl::AbortedError(
          absl::StrCat(Printable(path), " shrank while it was read"));
    }
    done += got;
  }
  SecretFile file = {std::move(contents), ""};
  struct stat info;
  if (fstat(fd.get(), &info) == 0 && (info.st_mode & 077) != 0) {
    file.warning = absl::StrCat(Printable(path),
                                " is open to others; run chmod 600 on it");
  }
  return file;
}

absl::Status CreateSecretFile(const std::string& path,
                              absl::string_view contents) {
  const auto [folder, name] = Split(path);
  std::string temporary = absl::StrCat(folder, ".", name, ".XXXXXX");
  const FileDescriptor fd(mkostemp(temporary.data(), O_CLOEXEC));  // 0600
  if (fd.get() < 0) return ErrnoStatus(errno, "create", temporary);
  const absl::Status status = WriteAndLink(fd.get(), contents, temporary, path);
  unlink(temporary.c_str());
  if (!status.ok()) return status;
  return SyncFolder(folder);
}

}  // namespace sn37::chain
