// A certificate for a test's own server.
#ifndef CHAIN_SUBTENSOR_TESTING_CERTIFICATE_H_
#define CHAIN_SUBTENSOR_TESTING_CERTIFICATE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sn37::chain {

// PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};

// A new key (P-256) and a certificate of it that it signs itself, valid from an
// hour ago until `hours` from now. `names` as OpenSSL writes them:
// "DNS:localhost,IP:127.0.0.1".
Certificate MakeCertificate(absl::string_view names, int hours = 24);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_TESTING_CERTIFICATE_H_
