// Which chain a verb is about: an embedded ledger or a node of the real one.
#ifndef TOOLS_SN37_CHAIN_FLAGS_H_
#define TOOLS_SN37_CHAIN_FLAGS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/subtensor/subtensor.h"

namespace sn37::tools {

inline constexpr absl::string_view kChainFlagFile = "tools/sn37/chain_flags.cc";

struct OpenedChain {
  std::unique_ptr<chain::Client> client;
  chain::Subtensor* node =
      nullptr;  // the client, where it is of the real chain
};

// What --ledger or --endpoint names. InvalidArgument for none or both.
absl::StatusOr<OpenedChain> OpenNamedChain();

}  // namespace sn37::tools

#endif  // TOOLS_SN37_CHAIN_FLAGS_H_
