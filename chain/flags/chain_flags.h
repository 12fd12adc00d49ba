// The flags by which a program names a chain, an embedded ledger or nodes of
// the real one, and what opens it.
//
//   SN37_ASSIGN_OR_RETURN(chain::OpenedChain chain, chain::OpenNamedChain());
//   chain.client->Head();
#ifndef CHAIN_FLAGS_CHAIN_FLAGS_H_
#define CHAIN_FLAGS_CHAIN_FLAGS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/subtensor/subtensor.h"

namespace sn37::chain {

inline constexpr absl::string_view kChainFlagFile =
    "chain/flags/chain_flags.cc";

// What a program adds to the flags.
struct OpenOptions {
  std::string journal = {};  // where --journal names none; empty: none
  // Told of connections to nodes (websocket_rpc.h).
  std::function<void(absl::string_view line)> log = {};
};

struct OpenedChain {
  std::unique_ptr<Client> client;
  Subtensor* node = nullptr;  // the client, where it is of the real chain
};

// Whether --ledger or --endpoint was given.
bool ChainIsNamed();

// What --ledger or --endpoint names. InvalidArgument for none or both.
absl::StatusOr<OpenedChain> OpenNamedChain(const OpenOptions& options = {});

}  // namespace sn37::chain

#endif  // CHAIN_FLAGS_CHAIN_FLAGS_H_
