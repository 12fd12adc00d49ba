// Models in a folder of this machine: <root>/<namespace>/<name>/<commit>/.
#ifndef SN37_STORE_LOCAL_STORE_H_
#define SN37_STORE_LOCAL_STORE_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "sn37/store/store.h"

namespace sn37 {

// The folder of a commit in the store at `root`, there or not. kInvalidArgument
// for an id that names no commit, or folders that leave the root.
absl::StatusOr<std::string> CommitFolder(const std::string& root,
                                         const ModelId& id);

// A root that is missing or empty is kUnavailable: a disk that is not mounted
// is no verdict on models. Safe from any thread.
class LocalStore : public ModelStore {
 public:
  explicit LocalStore(std::string root) : root_(std::move(root)) {}

  absl::StatusOr<std::string> Fetch(const ModelId& id,
                                    uint64_t max_bytes) override;

 private:
  const std::string root_;
};

}  // namespace sn37

#endif  // SN37_STORE_LOCAL_STORE_H_
