// Whether a model's files are still those that were hashed.
//
//   ASSIGN files = UnchangedFiles::Of(folder);
//   ... ModelDigest(folder) and all that is read besides ...
//   RETURN_IF_ERROR(files.Check());  // before what came of it counts
#ifndef SN37_STORE_UNCHANGED_H_
#define SN37_STORE_UNCHANGED_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sn37 {

// Goes by each file's identity, size and time of modification, and by those of
// their folder, where files are added and replaced. Safe from any thread.
class UnchangedFiles {
 public:
  // Notes how ModelFiles (digest.h) are now; its errors.
  static absl::StatusOr<UnchangedFiles> Of(const std::string& folder);

  // kUnavailable unless they are as they were: what was read between is no
  // model's, and nobody's fault but of who writes to this machine's store.
  absl::Status Check() const;

 private:
  struct Stamp {
    uint64_t device = 0;
    uint64_t inode = 0;
    int64_t bytes = 0;
    int64_t modified_nanoseconds = 0;

    bool operator==(const Stamp&) const = default;
  };

  static absl::StatusOr<Stamp> StampOf(const std::string& path);

  std::map<std::string, Stamp> stamps_;  // by path
};

}  // namespace sn37

#endif  // SN37_STORE_UNCHANGED_H_
