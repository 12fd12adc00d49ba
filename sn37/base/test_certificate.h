// A certificate for a test's own server.
#ifndef SN37_BASE_TEST_CERTIFICATE_H_
#define SN37_BASE_TEST_CERTIFICATE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sn37 {

// PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

// A new key (P-256) and a certificate of it that it signs itself, an authority
// for itself: who trusts it as a root trusts the server. Valid from an hour ago
// until `hours` from now, for `names` as OpenSSL writes them:
// "DNS:localhost,IP:127.0.0.1".
TestCertificate MakeTestCertificate(absl::string_view names, int hours = 24);

}  // namespace sn37

#endif  // SN37_BASE_TEST_CERTIFICATE_H_
