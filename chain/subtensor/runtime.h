// The runtimes of a chain: what it is at a block, fetched once per version and
// kept. A chain's runtime changes while programs run; whoever asks here before
// each read or call has the right one.
//
//   Runtimes runtimes(&rpc);
//   SN37_ASSIGN_OR_RETURN(std::shared_ptr<const Runtime> runtime,
//                         runtimes.At(block.hash));
#ifndef CHAIN_SUBTENSOR_RUNTIME_H_
#define CHAIN_SUBTENSOR_RUNTIME_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "chain/codec/extrinsic.h"
#include "chain/codec/metadata.h"
#include "chain/subtensor/rpc.h"

namespace sn37::chain {

struct Runtime {
  RuntimeVersion version;
  Metadata metadata;
};

// Thread-safe. `rpc` must outlive it.
class Runtimes {
 public:
  explicit Runtimes(Rpc* rpc) : rpc_(*rpc) {}

  // The runtime that is in force after the block with that hash, or after the
  // newest block where it is empty. Asks the node for the version each time and
  // for the metadata once per version: version 15 of it or, where the runtime
  // has none, 16, or 14. Errors are the node's (state.h); Unavailable while the
  // newest block's runtime changes under the call.
  absl::StatusOr<std::shared_ptr<const Runtime>> At(const std::string& hash);

 private:
  absl::StatusOr<std::string> FetchMetadata(const nlohmann::json& at);

  Rpc& rpc_;
  absl::Mutex mutex_;
  // By spec version. A program meets few: those since the oldest block it
  // reads.
  std::map<uint32_t, std::shared_ptr<const Runtime>> known_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_RUNTIME_H_
