// Messages of JSON-RPC 2.0 (jsonrpc.org/specification), and the notifications
// of subscriptions as the nodes of Substrate send them. Pure functions.
#ifndef CHAIN_SUBTENSOR_MESSAGE_H_
#define CHAIN_SUBTENSOR_MESSAGE_H_

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace sn37::chain {

// To a call: {"jsonrpc":"2.0","id":1,"result":…} or {…,"error":{"code":…}}.
struct Answer {
  uint64_t id = 0;
  absl::StatusOr<nlohmann::json> result;  // or the node's RpcError
};

// Of a subscription: {"jsonrpc":"2.0","method":"…","params":
// {"subscription":ID,"result":…}}, or with "error" where the node ends it.
struct Notice {
  nlohmann::json subscription;  // a string or an integer
  absl::StatusOr<nlohmann::json> value;
};

using Message = std::variant<Answer, Notice>;

// What a node says. Anything else is an error that tells what is wrong:
// Internal, or Unavailable where the node refuses to talk (an error without the
// id of a call, as nodes under load send).
absl::StatusOr<Message> ParseMessage(absl::string_view text);

// One call.
std::string RequestText(uint64_t id, absl::string_view method,
                        const nlohmann::json& params);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_MESSAGE_H_
