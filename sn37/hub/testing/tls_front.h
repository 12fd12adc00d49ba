// HTTPS for a server on the loopback that speaks HTTP, with a certificate of
// its own making, for tests of clients.
#ifndef SN37_HUB_TESTING_TLS_FRONT_H_
#define SN37_HUB_TESTING_TLS_FRONT_H_

#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "sn37/base/file.h"

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
  ~TlsFront();
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;

  // "https://127.0.0.1:<port>".
  std::string origin() const;
  // The certificate as PEM: who trusts it trusts this server.
  const std::string& certificate() const { return certificate_; }

 private:
  void Accept();
  void Serve(int fd);

  ssl_ctx_st* const context_;
  const FileDescriptor listener_;
  std::string certificate_;
  int port_ = 0;
  int port_behind_ = 0;

  std::mutex mutex_;  // guards what follows
  std::set<int> open_;
  std::vector<std::thread> connections_;

  std::thread accepting_;
};

}  // namespace sn37

#endif  // SN37_HUB_TESTING_TLS_FRONT_H_
