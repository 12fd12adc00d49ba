// Rpc over WebSocket, to one of several nodes of one chain.
//
//   WebSocketRpcOptions options;
//   options.endpoints = {"ws://127.0.0.1:9944", "wss://node.example"};
//   SN37_ASSIGN_OR_RETURN(std::unique_ptr<Rpc> rpc, ConnectWebSocket(options));
//
// There is one connection at a time, on a thread of its own. The endpoints are
// tried in order, from the first; when a connection is lost, from the one after
// it. After a round in which none could be had there is a wait, twice as long
// after each such round, shortened at random by up to a half so that not
// everybody is back at once. A connection that did not live for `backoff_max`
// counts as none.
//
// A connection on which a call was not answered in time, nor any other since it
// was sent, is given up.
//
// Before it is used, each connection is checked: hash of block 0
// (chain_getBlockHash) and name (system_chain) must be those of the options,
// and those of the first node that was connected to.
#ifndef CHAIN_SUBTENSOR_WEBSOCKET_RPC_H_
#define CHAIN_SUBTENSOR_WEBSOCKET_RPC_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "chain/subtensor/feed.h"
#include "chain/subtensor/rpc.h"

namespace sn37::chain {

struct WebSocketRpcOptions {
  std::vector<std::string> endpoints;  // endpoint.h; at least one
  std::string genesis;                 // "0x…"; empty: the first node's
  std::string chain;                   // name; empty: the first node's

  // From Call or Subscribe to its end, with the wait for a connection.
  absl::Duration call_timeout = absl::Seconds(30);
  // For an endpoint to be ready: found, connected, checked, and all
  // subscriptions taken up again.
  absl::Duration connect_timeout = absl::Seconds(15);
  // Silence after which a connection is lost; after half of it a ping is sent.
  absl::Duration idle_timeout = absl::Seconds(30);
  absl::Duration backoff_min = absl::Milliseconds(500);
  absl::Duration backoff_max = absl::Seconds(30);
  // Nodes answer with at most 15 MiB unless told otherwise; metadata, the
  // longest that is asked for, has about 1 MiB.
  size_t max_message_bytes = 16 << 20;
  FeedLimits subscription = {};
  // PEM file of TLS roots; empty: the system's.
  std::string roots_file;
  // Told of connections made, refused and lost, one harmless line each, on the
  // connection's thread.
  std::function<void(absl::string_view line)> log;
};

// Returns when a node is connected and checked; with the reasons, when each
// endpoint has failed once: InvalidArgument for what is no endpoint, else
// Unavailable. Destruction ends all calls and needs no reader left.
absl::StatusOr<std::unique_ptr<Rpc>> ConnectWebSocket(
    WebSocketRpcOptions options);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_WEBSOCKET_RPC_H_
