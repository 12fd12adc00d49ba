// A server's certificate and key, checked before they are used: gRPC only says
// that a server cannot be started.
#ifndef CHAIN_GATEWAY_TLS_H_
#define CHAIN_GATEWAY_TLS_H_

#include <string>

#include "absl/status/status.h"

namespace sn37::chain {

struct TlsFiles {
  std::string certificates;  // PEM: the server's, then those that vouch for it
  std::string key;           // PEM, not encrypted
};

// kInvalidArgument, saying which is no PEM, or that the key is not that of the
// first certificate. Quotes nothing.
absl::Status CheckTlsFiles(const TlsFiles& files);

}  // namespace sn37::chain

#endif  // CHAIN_GATEWAY_TLS_H_
