#include "chain/subtensor/endpoint.h"

#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"

namespace sn37::chain {

absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text) {
  static const RE2& kUrl = *new RE2(
      R"((wss?)://(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?)"
      R"((/[!-~]*)?)");
  std::string scheme, address, name, port, target;
  // Not quoted: what is no URL may be a key that was pasted here.
  const auto refuse = [] {
    return absl::InvalidArgumentError(
        "an endpoint must be ws://HOST:PORT or wss://HOST:PORT");
  };
  if (text.size() > 2048 ||
      !RE2::FullMatch({text.data(), text.size()}, kUrl, &scheme, &address,
                      &name, &port, &target)) {
    return refuse();
  }
  const bool tls = scheme == "wss";
  if (port.empty()) port = tls ? "443" : "80";
  uint32_t number;
  if (!absl::SimpleAtoi(port, &number) || number == 0 || number > 65535) {
    return refuse();
  }
  return Endpoint{tls, address.empty() ? name : address, absl::StrCat(number),
                  target.empty() ? "/" : target};
}

std::string EndpointName(const Endpoint& endpoint) {
  const bool v6 = absl::StrContains(endpoint.host, ':');
  return absl::StrCat(endpoint.tls ? "wss://" : "ws://", v6 ? "[" : "",
                      endpoint.host, v6 ? "]" : "", ":", endpoint.port);
}

}  // namespace sn37::chain
