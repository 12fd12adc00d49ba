#include "chain/subtensor/testing/stand_in_network.h"

#include <utility>

#include "chain/subtensor/testing/stand_in_answers.h"
#include "chain/subtensor/websocket_rpc.h"
#include "sn37/base/check.h"

namespace sn37::chain {

StandInNetwork::StandInNetwork(const std::string& runtime)
    : StandInWorld(runtime),
      node_({ledger().genesis_hash(), "Stand-in", "", ""}) {
  AnswerFrom(chain(), node_);
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
