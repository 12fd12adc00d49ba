// Where a node is: "wss://host", "ws://127.0.0.1:9944/path?query".
#ifndef CHAIN_SUBTENSOR_ENDPOINT_H_
#define CHAIN_SUBTENSOR_ENDPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::chain {

struct Endpoint {
  bool tls = false;
  std::string host;    // a name or an address; of IPv6 without the brackets
  std::string port;    // decimal; 80 or 443 unless the text says
  std::string target;  // path and query, at least "/"
};

// Refuses (InvalidArgument) what is no such URL, also one with a user.
absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text);

// "wss://host:443": without path and query, which may be an access key. For
// messages.
std::string EndpointName(const Endpoint& endpoint);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_ENDPOINT_H_
