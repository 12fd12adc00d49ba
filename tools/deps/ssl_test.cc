// libssl and libcrypto are linked together and of one version.
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <openssl/ssl.h>

#include "gtest/gtest.h"

namespace {

TEST(SslTest, MakesContext) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  ASSERT_NE(context, nullptr);
  EXPECT_EQ(SSL_CTX_set_default_verify_paths(context), 1);
  SSL_CTX_free(context);
  EXPECT_STREQ(OpenSSL_version(OPENSSL_FULL_VERSION_STRING),
               OPENSSL_FULL_VERSION_STR);
}

}  // namespace
