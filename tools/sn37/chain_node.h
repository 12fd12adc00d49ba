// sn37 chain watch | call | storage: a node of the real chain by hand.
#ifndef TOOLS_SN37_CHAIN_NODE_H_
#define TOOLS_SN37_CHAIN_NODE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "chain/flags/chain_flags.h"

namespace sn37::tools {

// [COUNT]: the finalized blocks as they come; FailedPrecondition for a ledger,
// whose time stands still, as for the other two.
absl::StatusOr<int> WatchBlocks(chain::OpenedChain& chain,
                                absl::Span<const std::string> words);

// Api.method or Pallet.function and arguments: asks a runtime API, or signs and
// sends a call.
absl::StatusOr<int> CallRuntime(chain::OpenedChain& chain,
                                absl::Span<const std::string> words);

// Pallet.Item and arguments: the value; of a map with fewer arguments than it
// has, all that begin so.
absl::StatusOr<int> PrintStorage(chain::OpenedChain& chain,
                                 absl::Span<const std::string> words);

}  // namespace sn37::tools

#endif  // TOOLS_SN37_CHAIN_NODE_H_
