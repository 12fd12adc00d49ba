#include "sn37/base/append_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sn37/base/digest.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

constexpr absl::string_view kMagic = "SN37LOG1";
constexpr size_t kLengthBytes = 4;
constexpr size_t kChecksumBytes = 8;
constexpr size_t kHeaderBytes = kLengthBytes + kChecksumBytes;

std::string EncodeLength(uint32_t length) {
  std::string bytes;
  for (size_t i = 0; i < kLengthBytes; ++i) bytes += char(length >> (8 * i));
  return bytes;
}

uint32_t DecodeLength(absl::string_view bytes) {
  uint32_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length |= uint32_t{static_cast<uint8_t>(bytes[i])} << (8 * i);
  }
  return length;
}

std::string Checksum(absl::string_view length, absl::string_view record) {
  Sha256Hasher hasher;
  hasher.Update(length);
  hasher.Update(record);
  return std::string(hasher.Finish().bytes().substr(0, kChecksumBytes));
}

// The records of `bytes`, the file after its magic, up to the first bad one.
LogContents ParseRecords(absl::string_view bytes) {
  LogContents contents;
  absl::string_view rest = bytes;
  while (rest.size() >= kHeaderBytes) {
    const absl::string_view length = rest.substr(0, kLengthBytes);
    const uint64_t size = DecodeLength(length);
    if (rest.size() - kHeaderBytes < size) break;
    const absl::string_view record = rest.substr(kHeaderBytes, size);
    if (rest.substr(kLengthBytes, kChecksumBytes) != Checksum(length, record)) {
      break;
    }
    contents.records.emplace_back(record);
    rest.remove_prefix(kHeaderBytes + size);
  }
  contents.valid_bytes = bytes.size() - rest.size();
  contents.dropped_bytes = rest.size();
  return contents;
}

}  // namespace

absl::StatusOr<LogContents> ReadLog(const std::string& path,
                                    uint64_t max_bytes) {
  SN37_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, max_bytes));
  const absl::string_view view = bytes;
  if (view.substr(0, kMagic.size()) != kMagic.substr(0, view.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(path), " is not a log (it must begin with ",
                     kMagic, "); move it away"));
  }
  if (view.size() < kMagic.size()) {
    // A crash between creating the file and writing its first bytes.
    LogContents contents;
    contents.dropped_bytes = view.size();
    return contents;
  }
  LogContents contents = ParseRecords(view.substr(kMagic.size()));
  contents.valid_bytes += kMagic.size();
  return contents;
}

absl::StatusOr<AppendLog> AppendLog::Open(const std::string& path,
                                          uint64_t max_bytes,
                                          LogContents* recovered) {
  FileDescriptor fd(
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (fd.get() < 0) return ErrnoStatus(errno, "open", path);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(Printable(path),
                     " is being written by another run; wait "
                     "for it to end"));
  }
  SN37_ASSIGN_OR_RETURN(LogContents contents, ReadLog(path, max_bytes));
  if (contents.dropped_bytes > 0) {
    std::cerr << Printable(path) << ": dropped the last "
              << contents.dropped_bytes
              << " bytes, which are no whole record\n";
    if (ftruncate(fd.get(), contents.valid_bytes) != 0) {
      return ErrnoStatus(errno, "cut the torn tail of", path);
    }
  }
  AppendLog log(path, std::move(fd), contents.valid_bytes);
  if (log.size_ == 0) {
    SN37_RETURN_IF_ERROR(WriteAll(log.fd_.get(), kMagic, path));
    log.size_ = kMagic.size();
    SN37_RETURN_IF_ERROR(log.Sync());
    const size_t slash = path.rfind('/');
    SN37_RETURN_IF_ERROR(
        SyncFolder(slash == path.npos ? "." : path.substr(0, slash + 1)));
  }
  if (recovered != nullptr) *recovered = std::move(contents);
  return log;
}

absl::Status AppendLog::Append(absl::string_view record) {
  if (record.size() > kMaxRecordBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(path_), ": a record of ", record.size(),
                     " bytes is above the limit of ", kMaxRecordBytes));
  }
  const std::string length = EncodeLength(record.size());
  const std::string framed =
      absl::StrCat(length, Checksum(length, record), record);
  if (absl::Status status = WriteAll(fd_.get(), framed, path_); !status.ok()) {
    if (ftruncate(fd_.get(), size_) != 0) {
      return ErrnoStatus(errno, "cut a half-written record off", path_);
    }
    return status;
  }
  size_ += framed.size();
  return absl::OkStatus();
}

absl::Status AppendLog::Sync() {
  if (fdatasync(fd_.get()) != 0) return ErrnoStatus(errno, "sync", path_);
  return absl::OkStatus();
}

}  // namespace sn37
