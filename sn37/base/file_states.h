// Whether files stay as they are while they are read several times: for their
// digest, and for what is made of them.
//
// A file's state is its inode, its size, and the time at which it was written
// last, in nanoseconds; a folder's changes where files are added to it or
// replaced.
#ifndef SN37_BASE_FILE_STATES_H_
#define SN37_BASE_FILE_STATES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sn37 {

// The states of some files at one time. A value: safe from any thread.
class FileStates {
 public:
  // As they are now; kNotFound and the like name the file.
  static absl::StatusOr<FileStates> Of(std::vector<std::string> paths);

  // kAborted, naming the file, where one is not as it was.
  absl::Status CheckUnchanged() const;

  // A line for each file, without its path: differs where a file was changed.
  std::string ToString() const;

 private:
  FileStates(std::vector<std::string> paths, std::vector<std::string> states)
      : paths_(std::move(paths)), states_(std::move(states)) {}

  std::vector<std::string> paths_;
  std::vector<std::string> states_;  // of each
};

}  // namespace sn37

#endif  // SN37_BASE_FILE_STATES_H_
