#include "sn37/hub/testing/tls_front.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <memory>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"

namespace sn37 {
namespace {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  SN37_CHECK(extension != nullptr) << value;
  SN37_CHECK(X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Signed by `key`; valid from an hour ago for a day.
Certificate MakeCertificate(absl::string_view address, EVP_PKEY* key) {
  constexpr long kHour = 3600;
  Certificate certificate(X509_new(), X509_free);
  X509* const x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kHour);
  X509_gmtime_adj(X509_getm_notAfter(x509), 24 * kHour);
  X509_set_pubkey(x509, key);
  X509_NAME* const name = X509_get_subject_name(x509);
  const auto* const text = reinterpret_cast<const unsigned char*>("a test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(x509, name);
  AddExtension(x509, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(x509, NID_subject_alt_name, absl::StrCat("IP:", address));
  SN37_CHECK(X509_sign(x509, key, EVP_sha256()) > 0);
  return certificate;
}

std::string ToPem(X509* certificate) {
  BIO* const memory = BIO_new(BIO_s_mem());
  SN37_CHECK(PEM_write_bio_X509(memory, certificate) == 1);
  char* bytes;
  const long size = BIO_get_mem_data(memory, &bytes);
  std::string pem(bytes, size);
  BIO_free(memory);
  return pem;
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
    : context_(SSL_CTX_new(TLS_server_method())),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::signal(SIGPIPE, SIG_IGN);  // libssl writes to what others may close
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate = MakeCertificate(address, key.get());
  certificate_ = ToPem(certificate.get());
  SN37_CHECK(SSL_CTX_use_certificate(context_, certificate.get()) == 1);
  SN37_CHECK(SSL_CTX_use_PrivateKey(context_, key.get()) == 1);
  const size_t colon = origin_behind.rfind(':');
  SN37_CHECK(absl::SimpleAtoi(origin_behind.substr(colon + 1), &port_behind_));
  sockaddr_in own = Loopback(0);
  socklen_t size = sizeof(own);
  auto* const any = reinterpret_cast<sockaddr*>(&own);
  SN37_CHECK(bind(listener_.get(), any, size) == 0);
  SN37_CHECK(listen(listener_.get(), 64) == 0);
  SN37_CHECK(getsockname(listener_.get(), any, &size) == 0);
  port_ = ntohs(own.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

TlsFront::~TlsFront() {
  shutdown(listener_.get(), SHUT_RDWR);
  accepting_.join();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& connection : connections_) connection.join();
  SSL_CTX_free(context_);
}

std::string TlsFront::origin() const {
  return absl::StrCat("https://127.0.0.1:", port_);
}

void TlsFront::Accept() {
  while (true) {
    const int fd = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.insert(fd);
    connections_.emplace_back([this, fd] { Serve(fd); });
  }
}

void TlsFront::Serve(int fd) {
  SSL* const tls = SSL_new(context_);
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
  const std::lock_guard<std::mutex> lock(mutex_);
  open_.erase(fd);
  close(fd);
}

}  // namespace sn37
