#include "sn37/hub/download.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

constexpr size_t kDigestInName = 16;

// The digest by which the hub names a file's content: SHA-256 of an LFS file,
// else SHA-1 of the git blob, which is "blob <bytes>\0" and the content.
class ContentHasher {
 public:
  explicit ContentHasher(const HubFile& file)
      : wanted_(file.sha256.has_value() ? file.sha256->hex() : file.git_blob),
        context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    const EVP_MD* kind = file.sha256.has_value() ? EVP_sha256() : EVP_sha1();
    SN37_CHECK(EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
    if (!file.sha256.has_value()) {
      Update(absl::StrCat("blob ", file.bytes, absl::string_view("\0", 1)));
    }
  }

  const std::string& wanted() const { return wanted_; }  // in hex

  void Update(absl::string_view bytes) {
    SN37_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) ==
               1);
  }

  // What was hashed has the digest. Nothing more may be hashed.
  bool Matches() {
    std::array<char, EVP_MAX_MD_SIZE> digest;
    unsigned int bytes = 0;
    SN37_CHECK(
        EVP_DigestFinal_ex(context_.get(),
                           reinterpret_cast<unsigned char*>(digest.data()),
                           &bytes) == 1);
    return absl::BytesToHexString({digest.data(), bytes}) == wanted_;
  }

 private:
  const std::string wanted_;
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

// Opens a partial download, or begins one, for this process alone.
absl::StatusOr<FileDescriptor> OpenPartial(const std::string& path) {
  FileDescriptor fd(
      open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (fd.get() < 0) return ErrnoStatus(errno, "open", path);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::UnavailableError(absl::StrCat(
        Printable(path), ": another process is downloading this file"));
  }
  // Whoever held the lock may have finished, and renamed what we opened.
  struct stat opened, named;
  if (fstat(fd.get(), &opened) != 0) return ErrnoStatus(errno, "stat", path);
  if (stat(path.c_str(), &named) != 0 || opened.st_ino != named.st_ino) {
    return absl::UnavailableError(absl::StrCat(
        Printable(path), ": another process has just downloaded this file"));
  }
  if (!S_ISREG(opened.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(path), ": not a regular file"));
  }
  return fd;
}

// Hashes what an earlier call has brought, and returns how much that is. The
// file is ready to be appended to.
absl::StatusOr<uint64_t> TakeUp(int fd, const std::string& path,
                                const HubFile& file, ContentHasher& hasher) {
  std::vector<char> buffer(1 << 20);
  uint64_t bytes = 0;
  while (true) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoStatus(errno, "read", path);
    if (n == 0) return bytes;
    bytes += n;
    if (bytes > file.bytes) {
      return absl::DataLossError(
          absl::StrCat(Printable(path), ": longer than the file"));
    }
    hasher.Update({buffer.data(), static_cast<size_t>(n)});
  }
}

}  // namespace

absl::Status DownloadFile(Fetcher& fetcher, const std::string& url,
                          absl::string_view commit, const HubFile& file,
                          const std::string& path,
                          const std::function<void(uint64_t bytes)>& progress) {
  ContentHasher hasher(file);
  const std::string partial = absl::StrCat(
      path, ".", hasher.wanted().substr(0, kDigestInName), ".partial");
  const auto report = [&](uint64_t bytes) {
    if (progress && bytes > 0) progress(bytes);
  };
  SN37_ASSIGN_OR_RETURN(const FileDescriptor fd, OpenPartial(partial));
  absl::StatusOr<uint64_t> begin = TakeUp(fd.get(), partial, file, hasher);
  absl::Status status = begin.status();
  if (status.ok()) {
    report(*begin);
    SN37_RETURN_IF_ERROR(fetcher.GetBytes(
        url, commit,
        {.begin = 0, .end = file.bytes, .size = file.bytes, .next = *begin},
        [&](absl::string_view piece) -> absl::Status {
          SN37_RETURN_IF_ERROR(WriteAll(fd.get(), piece, partial));
          hasher.Update(piece);
          report(piece.size());
          return absl::OkStatus();
        }));
    if (!hasher.Matches()) {
      status = absl::DataLossError(absl::StrCat(
          Printable(path), ": what the hub sent has not the digest ",
          hasher.wanted(), " of its listing; nothing was kept"));
    }
  }
  if (!status.ok()) {
    unlink(partial.c_str());
    return status;
  }
  if (fsync(fd.get()) != 0) return ErrnoStatus(errno, "sync", partial);
  if (rename(partial.c_str(), path.c_str()) != 0) {
    return ErrnoStatus(errno, "rename", partial);
  }
  const size_t slash = path.rfind('/');
  return SyncFolder(slash == std::string::npos ? "."
                                               : path.substr(0, slash + 1));
}

}  // namespace sn37
