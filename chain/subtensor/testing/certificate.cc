#include "chain/subtensor/testing/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/functional/function_ref.h"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

std::string Pem(absl::FunctionRef<int(BIO*)> write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()),
                                                      BIO_free);
  SN37_CHECK(write(bio.get()) == 1) << "OpenSSL writes no PEM";
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, size);
}

}  // namespace

Certificate MakeCertificate(absl::string_view names, int hours) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(),
                                                                X509_free);
  SN37_CHECK(key != nullptr && certificate != nullptr) << "out of memory";
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600L * hours);
  X509_set_pubkey(x509, key.get());
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1,
                             -1, 0);
  X509_set_issuer_name(x509, name);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(
      nullptr, nullptr, NID_subject_alt_name, std::string(names).c_str());
  SN37_CHECK(extension != nullptr) << "not names: " << names;
  X509_add_ext(x509, extension, -1);
  X509_EXTENSION_free(extension);
  SN37_CHECK(X509_sign(x509, key.get(), EVP_sha256()) > 0) << "not signed";
  return {
      Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, x509); }),
      Pem([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr,
                                             0, nullptr, nullptr);
      }),
  };
}

}  // namespace sn37::chain
