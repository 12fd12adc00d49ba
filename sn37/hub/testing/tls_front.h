// HTTPS for a server on the loopback that speaks HTTP, with a certificate of
// its own making, for tests of clients.
#ifndef SN37_HUB_TESTING_TLS_FRONT_H_
#define SN37_HUB_TESTING_TLS_FRONT_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "sn37/base/test_certificate.h"
#include "sn37/hub/testing/loopback_server.h"

struct ssl_ctx_st;

namespace sn37 {

// Passes what it gets on, in a thread for each connection. Destruction ends all
// of them.
class TlsFront {
 public:
  // In front of "http://127.0.0.1:<port>". The certificate, new each time and
  // signed by itself, is for the IP address `address`.
  explicit TlsFront(absl::string_view origin_behind,
                    absl::string_view address = "127.0.0.1");

  // "https://127.0.0.1:<port>".
  std::string origin() const;
  // The certificate as PEM: who trusts it trusts this server.
  const std::string& certificate() const { return certificate_.certificate; }

 private:
  void Serve(int fd);

  const TestCertificate certificate_;
  const std::shared_ptr<ssl_ctx_st> context_;
  const int port_behind_;
  LoopbackServer server_;
};

}  // namespace sn37

#endif  // SN37_HUB_TESTING_TLS_FRONT_H_
