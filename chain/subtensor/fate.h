// What became of a write: read from finalized blocks alone, so that the answer
// stays. It needs no memory of the sending but what a journal keeps.
#ifndef CHAIN_SUBTENSOR_FATE_H_
#define CHAIN_SUBTENSOR_FATE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "chain/client.h"
#include "chain/codec/metadata.h"
#include "chain/journal.h"
#include "chain/subtensor/rpc.h"
#include "chain/subtensor/runtime.h"
#include "sn37/base/json.h"

namespace sn37::chain {

struct Fate {
  enum Kind {
    kOpen,      // a later block may hold it
    kNever,     // it did not happen and cannot any more
    kIncluded,  // it is in `block` and ended with `outcome`
  };
  Kind kind = kOpen;
  Block block;
  // OK, or the chain's refusal as client.h has it; Unknown where the node has
  // dropped the block's state since.
  absl::Status outcome;
};

// As of the newest finalized block. Where the signer's nonce has passed the
// write's, its blocks are searched one by one.
absl::StatusOr<Fate> FindFate(Rpc& rpc, Runtimes& runtimes, const Write& write);

// The extrinsic's fate in one block: kIncluded, or kOpen if it is not there.
absl::StatusOr<Fate> FateInBlock(Rpc& rpc, Runtimes& runtimes,
                                 const std::string& block_hash,
                                 const std::string& extrinsic_hash);

// A decoded dispatch error as a refusal: "Name: what the runtime's
// documentation says of it".
absl::Status DispatchRefusal(const Metadata& metadata,
                             const nlohmann::json& dispatch_error);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_FATE_H_
