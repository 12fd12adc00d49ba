#include "chain/subtensor/testing/stand_in_network.h"

#include <utility>

#include "chain/subtensor/websocket_rpc.h"
#include "sn37/base/check.h"

namespace sn37::chain {

using nlohmann::json;

StandInNetwork::StandInNetwork(const std::string& runtime)
    : StandInWorld(runtime),
      node_({ledger().genesis_hash(), "Stand-in", "", ""}) {
  for (const std::string& method : StandInChain::Methods()) {
    node_.On(method, [this, method](const json& params) {
      return chain().Call(method, params);
    });
  }
  node_.OnSubscribe("author_submitAndWatchExtrinsic", "author_unwatchExtrinsic",
                    [this](const json& params, const std::string&) {
                      return chain().Watch(params);
                    });
  node_.OnSubscribe(
      "chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads",
      [this](const json&,
             const std::string&) -> absl::StatusOr<std::vector<json>> {
        const auto head = chain().Call("chain_getHeader", json::array());
        if (!head.ok()) return head.status();
        return std::vector<json>{*head};
      });
}

std::unique_ptr<Rpc> StandInNetwork::Connect() {
  WebSocketRpcOptions options;
  options.endpoints = {node_.endpoint()};
  absl::StatusOr<std::unique_ptr<Rpc>> rpc =
      ConnectWebSocket(std::move(options));
  SN37_CHECK(rpc.ok()) << rpc.status();
  return *std::move(rpc);
}

}  // namespace sn37::chain
