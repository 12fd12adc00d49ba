// Models in a folder of this machine: <root>/<namespace>/<name>/<commit>/.
#ifndef SN37_STORE_LOCAL_STORE_H_
#define SN37_STORE_LOCAL_STORE_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "sn37/store/store.h"

namespace sn37 {

// Safe from any thread.
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
