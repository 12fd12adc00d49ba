// What a program asks of a node: calls and subscriptions of JSON-RPC 2.0, as
// the nodes of Substrate speak it. Over the network: websocket_rpc.h.
//
//   SN37_ASSIGN_OR_RETURN(nlohmann::json hash,
//                         rpc.Call("chain_getBlockHash", {0}));
//   SN37_ASSIGN_OR_RETURN(
//       std::unique_ptr<Subscription> heads,
//       rpc.Subscribe("chain_subscribeNewHeads", nlohmann::json::array(),
//                     "chain_unsubscribeNewHeads"));
//   SN37_ASSIGN_OR_RETURN(Notification head, heads->Next(absl::Now() + ...));
//
// Every implementation
//  1. may be called from many threads, with many calls in flight at once; no
//     call waits for another's answer;
//  2. ends every call by the deadline of its connection;
//  3. connects again by itself when the connection ends. What was sent and not
//     answered is then sent again only where MayRepeat(method): a transaction
//     is sent once at most, and its call or subscription ends with Unavailable.
//     A call that was not sent yet waits for the connection until its deadline;
//  4. takes the subscriptions that MayRepeat up again after that, and marks
//     the first notification after it with `gap`;
//  5. never leaves a chain for another: a node that is of another is no node.
//
// Errors:
//   FailedPrecondition  the node's own error: GetRpcError tells code, message
//                       and data
//   Unavailable         the connection ended or could not be made. A call that
//                       changes something may or may not have done it
//   DeadlineExceeded    the same, for want of an answer in time
//   ResourceExhausted   the answer is above the limit of a message
//   Internal            the answer is no JSON-RPC
#ifndef CHAIN_SUBTENSOR_RPC_H_
#define CHAIN_SUBTENSOR_RPC_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace sn37::chain {

// What a node says instead of a result: -32601 "Method not found", 1010
// "Invalid Transaction" with "Transaction has a bad signature" as data …
struct RpcError {
  int64_t code = 0;
  std::string message;  // a stranger's text
  nlohmann::json data;  // null where there is none

  friend bool operator==(const RpcError&, const RpcError&) = default;
};

// As a status, FailedPrecondition, whose message shows code, message and data
// on one harmless line; and back, nothing for any other status.
absl::Status RpcErrorStatus(const RpcError& error);
std::optional<RpcError> GetRpcError(const absl::Status& status);

// Whether sending the method twice does what sending it once does: reads of
// chain and state, and subscriptions to them. False for every method that is
// not known to be one.
bool MayRepeat(absl::string_view method);

struct Notification {
  nlohmann::json value;
  // Some may be missing before this one: the connection was another, or the
  // reader was too slow and the oldest were dropped. A node begins a
  // subscription with the present state (newest head, values of the keys), so
  // that is what stands here after a reconnect.
  bool gap = false;
};

// One reader at a time. Destruction unsubscribes without waiting; it must not
// outlive its Rpc.
class Subscription {
 public:
  virtual ~Subscription() = default;

  // The next notification, in order. DeadlineExceeded: there was none by then,
  // the subscription goes on. Any other error ends it, is returned ever after,
  // and comes after the notifications that were before it: Unavailable where
  // the connection ended and it does not MayRepeat, the node's own error where
  // the node ended it.
  virtual absl::StatusOr<Notification> Next(absl::Time deadline) = 0;
};

class Rpc {
 public:
  virtual ~Rpc() = default;

  // The result, which may be null. `params` is an array.
  virtual absl::StatusOr<nlohmann::json> Call(absl::string_view method,
                                              nlohmann::json params) = 0;

  // Returns when the node has accepted the subscription.
  virtual absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(
      absl::string_view subscribe_method, nlohmann::json params,
      absl::string_view unsubscribe_method) = 0;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_RPC_H_
