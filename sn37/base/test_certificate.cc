#include "sn37/base/test_certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "absl/functional/function_ref.h"
#include "sn37/base/check.h"

namespace sn37 {
namespace {

std::string Pem(absl::FunctionRef<int(BIO*)> write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()),
                                                      BIO_free);
  SN37_CHECK(write(bio.get()) == 1) << "OpenSSL writes no PEM";
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, size);
}

void AddExtension(X509* certificate, int kind, absl::string_view value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, kind, std::string(value).c_str());
  SN37_CHECK(extension != nullptr) << "no value of an extension: " << value;
  SN37_CHECK(X509_add_ext(certificate, extension, -1) == 1) << "out of memory";
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate MakeTestCertificate(absl::string_view names, int hours) {
  constexpr long kHour = 3600;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(),
                                                                X509_free);
  SN37_CHECK(key != nullptr && certificate != nullptr) << "out of memory";
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kHour);
  X509_gmtime_adj(X509_getm_notAfter(x509), hours * kHour);
  X509_set_pubkey(x509, key.get());
  X509_NAME* name = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1,
                             -1, 0);
  X509_set_issuer_name(x509, name);
  AddExtension(x509, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(x509, NID_subject_alt_name, names);
  SN37_CHECK(X509_sign(x509, key.get(), EVP_sha256()) > 0) << "not signed";
  return {
      Pem([&](BIO* bio) { return PEM_write_bio_X509(bio, x509); }),
      Pem([&](BIO* bio) {
        return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr,
                                             0, nullptr, nullptr);
      }),
  };
}

}  // namespace sn37
