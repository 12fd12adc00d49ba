#include "sn37/hub/testing/tls_front.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <csignal>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// Only for memory that outlives it.
std::shared_ptr<BIO> Reading(absl::string_view pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

std::shared_ptr<SSL_CTX> NewContext(const TestCertificate& own) {
  const std::shared_ptr<X509> certificate(
      PEM_read_bio_X509(Reading(own.certificate).get(), nullptr, nullptr,
                        nullptr),
      X509_free);
  const std::shared_ptr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reading(own.key).get(), nullptr, nullptr,
                              nullptr),
      EVP_PKEY_free);
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()),
                                   SSL_CTX_free);
  SN37_CHECK(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
  SN37_CHECK(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  return context;
}

int PortOf(absl::string_view origin) {
  int port;
  SN37_CHECK(absl::SimpleAtoi(origin.substr(origin.rfind(':') + 1), &port));
  return port;
}

bool SendAll(int fd, const char* bytes, int size) {
  while (size > 0) {
    const ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<int>(sent);
  }
  return true;
}

// Passes bytes on in both directions until one side ends.
void Pass(SSL* tls, int behind) {
  char bytes[16 << 10];
  while (true) {
    pollfd ready[] = {{SSL_get_fd(tls), POLLIN, 0}, {behind, POLLIN, 0}};
    if (SSL_pending(tls) == 0 && poll(ready, 2, -1) < 0) return;
    if (SSL_pending(tls) > 0 || ready[0].revents != 0) {
      const int got = SSL_read(tls, bytes, sizeof(bytes));
      if (got <= 0 || !SendAll(behind, bytes, got)) return;
    }
    if (ready[1].revents != 0) {
      const ssize_t got = recv(behind, bytes, sizeof(bytes), 0);
      if (got <= 0 || SSL_write(tls, bytes, static_cast<int>(got)) <= 0) return;
    }
  }
}

}  // namespace

TlsFront::TlsFront(absl::string_view origin_behind, absl::string_view address)
    : certificate_(MakeTestCertificate(absl::StrCat("IP:", address))),
      context_(NewContext(certificate_)),
      port_behind_(PortOf(origin_behind)),
      server_([this](int fd) { Serve(fd); }) {
  std::signal(SIGPIPE, SIG_IGN);  // libssl writes to what others may close
}

std::string TlsFront::origin() const {
  return absl::StrCat("https://127.0.0.1:", server_.port());
}

void TlsFront::Serve(int fd) {
  SSL* const tls = SSL_new(context_.get());
  SSL_set_fd(tls, fd);
  const FileDescriptor behind(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Loopback(port_behind_);
  if (SSL_accept(tls) == 1 &&
      connect(behind.get(), reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) == 0) {
    Pass(tls, behind.get());
    SSL_shutdown(tls);
  }
  SSL_free(tls);
}

}  // namespace sn37
