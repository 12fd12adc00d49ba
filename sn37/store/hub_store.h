// Models of the Hugging Face Hub, brought into a folder of this machine that a
// LocalStore (local_store.h) can read as well.
#ifndef SN37_STORE_HUB_STORE_H_
#define SN37_STORE_HUB_STORE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sn37/hub/hub.h"
#include "sn37/store/store.h"

namespace sn37 {

// A model that is in the folder is not asked for again. One that is not is
// brought to "<root>/<namespace>/<name>/<commit>.partial/", each file checked
// against the hub's digest, and then renamed; what was cut goes on there, in a
// later process too. Where the weights are in shards, their index, of at most
// 64 MiB, is read before the sizes are known.
//
// Errors of ModelStore. kNotFound is also a model that not everybody may read;
// kUnavailable also a hub that refuses our token, is not the one that it should
// be, or sends what has not the digest of its listing; of a hub's others only
// those of limits (sn37/hub/fetch.h) come through. A folder from which a file
// is gone is brought anew. Borrows the hub. Safe from any thread.
class HubStore : public ModelStore {
 public:
  // `progress`, where given, is called with the number of bytes of each piece.
  HubStore(Hub& hub, std::string root,
           std::function<void(uint64_t bytes)> progress = nullptr)
      : hub_(hub), root_(std::move(root)), progress_(std::move(progress)) {}

  absl::StatusOr<std::string> Fetch(const ModelId& id,
                                    uint64_t max_bytes) override;

 private:
  // Brings the model's files into `folder`.
  absl::Status Bring(const HubRepo& repo, const std::string& folder,
                     uint64_t max_bytes);

  Hub& hub_;
  const std::string root_;
  const std::function<void(uint64_t bytes)> progress_;
};

}  // namespace sn37

#endif  // SN37_STORE_HUB_STORE_H_
