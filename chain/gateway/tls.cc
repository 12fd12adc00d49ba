#include "chain/gateway/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace sn37::chain {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> Reader(const std::string& text) {
  return Owned<BIO>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// In place of OpenSSL's own, which would ask at the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  const Owned<X509> certificate(PEM_read_bio_X509(
      Reader(files.certificates).get(), nullptr, NoPassword, nullptr));
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(
      Reader(files.key).get(), nullptr, NoPassword, nullptr));
  const bool match = certificate != nullptr && key != nullptr &&
                     X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (certificate == nullptr) {
    return absl::InvalidArgumentError("the certificate is not in PEM");
  }
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        "the key is not in PEM, or encrypted; `openssl pkey` takes a password "
        "off");
  }
  if (!match) {
    return absl::InvalidArgumentError(
        "the key is not that of the first certificate");
  }
  return absl::OkStatus();
}

}  // namespace sn37::chain
