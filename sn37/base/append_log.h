// A log of records that survives a crash: what was appended before a Sync()
// that returned OK is read back after SIGKILL or loss of power.
//
// Format: the 8 bytes "SN37LOG1", then per record
//   length    4 bytes, little-endian: bytes of the record
//   checksum  8 bytes: the first 8 of SHA-256(length ‖ record)
//   record    `length` bytes
// The log ends at the first record that is not whole or whose checksum differs:
// a crash in the middle of an append. What follows is dropped, and said so on
// standard error by the writer.
#ifndef SN37_BASE_APPEND_LOG_H_
#define SN37_BASE_APPEND_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/base/file.h"

namespace sn37 {

// What a log file holds.
struct LogContents {
  std::vector<std::string> records;
  uint64_t valid_bytes = 0;    // length of the file up to the last good record
  uint64_t dropped_bytes = 0;  // bytes of a torn tail after it; 0 normally
};

// Reads a log of at most `max_bytes`. A torn tail is dropped, not an error;
// kNotFound for no file, kInvalidArgument for a file that is no log.
absl::StatusOr<LogContents> ReadLog(const std::string& path,
                                    uint64_t max_bytes);

// The writer of one log; holds a lock on the file, so that a second writer, in
// this process or another, gets kFailedPrecondition. One thread at a time.
class AppendLog {
 public:
  static constexpr size_t kMaxRecordBytes = 64 << 20;

  // Opens or creates a log. A torn tail is cut off the file first. `recovered`,
  // where given, receives what the log held.
  static absl::StatusOr<AppendLog> Open(const std::string& path,
                                        uint64_t max_bytes,
                                        LogContents* recovered = nullptr);

  // Adds a record of at most kMaxRecordBytes. On failure (a full disk) the file
  // is cut back to the records before, so that the log stays good and a later
  // Append may succeed.
  absl::Status Append(absl::string_view record);

  // After OK every appended record is on the disk.
  absl::Status Sync();

 private:
  AppendLog(std::string path, FileDescriptor fd, uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

  std::string path_;
  FileDescriptor fd_;
  uint64_t size_;  // bytes of the file that hold whole records
};

}  // namespace sn37

#endif  // SN37_BASE_APPEND_LOG_H_
