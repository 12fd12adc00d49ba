// All C++ dependencies in one program: what they need to be linked, loaded and
// called together. What each does is not tested here.

#include <ATen/ATen.h>
#include <arrow/array.h>
#include <arrow/builder.h>
#include <curl/curl.h>
#include <libxsmm.h>
#include <openssl/sha.h>
#include <parquet/properties.h>
#include <re2/re2.h>
#include <sodium.h>
#include <sqlite3.h>
#include <utf8proc.h>
#include <xxhash.h>
#include <zlib.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/deps/asio/server_name.h"
#include "tools/deps/deps_test.pb.h"

namespace {

TEST(DepsTest, Torch) {
  const at::Tensor ones = at::ones({2, 3});
  EXPECT_EQ(at::matmul(ones, ones.t()).sum().item<float>(), 12.0f);
}

TEST(DepsTest, ArrowAndParquet) {
  arrow::Int32Builder builder;
  ASSERT_TRUE(builder.Append(37).ok());
  EXPECT_EQ((*builder.Finish())->length(), 1);
  EXPECT_NE(parquet::default_writer_properties(), nullptr);
}

TEST(DepsTest, Protobuf) {
  sn37::deps::Message message;
  message.set_text("x");
  EXPECT_EQ(message.SerializeAsString(), "\n\001x");
}

TEST(DepsTest, Absl) {
  absl::flat_hash_map<std::string, absl::StatusOr<int>> map;
  map.emplace("a", absl::NotFoundError("b"));
  EXPECT_EQ(absl::StrFormat("%d", map.size()), "1");
  EXPECT_EQ(map.at("a").status().message(), "b");
  EXPECT_EQ(absl::Cord("cord").size(), 4);
}

TEST(DepsTest, Re2) { EXPECT_TRUE(RE2::FullMatch("aab", "a+b")); }

TEST(DepsTest, Crypto) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(nullptr, 0, digest);
  EXPECT_EQ(digest[0], 0xe3);
}

// With no OpenSSL but the one that it brings along.
TEST(DepsTest, Asio) {
  namespace ssl = boost::asio::ssl;
  boost::asio::io_context io;
  ssl::context tls(ssl::context::tls_client);
  tls.set_default_verify_paths();
  boost::beast::ssl_stream<boost::beast::tcp_stream> stream(io, tls);
  EXPECT_TRUE(sn37::SetServerName(stream.native_handle(), "x"));
  boost::system::error_code error;
  stream.handshake(ssl::stream_base::client, error);
  EXPECT_EQ(error, boost::asio::error::bad_descriptor);
}

TEST(DepsTest, Curl) {
  ASSERT_EQ(curl_global_init(CURL_GLOBAL_DEFAULT), CURLE_OK);
  CURL* curl = curl_easy_init();
  ASSERT_NE(curl, nullptr);
  // Nobody listens there; the error comes from OpenSSL's side of libcurl.
  curl_easy_setopt(curl, CURLOPT_URL, "https://127.0.0.1:1/");
  EXPECT_EQ(curl_easy_perform(curl), CURLE_COULDNT_CONNECT);
  curl_easy_cleanup(curl);
}

TEST(DepsTest, Sodium) { EXPECT_GE(sodium_init(), 0); }

TEST(DepsTest, Sqlite) { EXPECT_STREQ(sqlite3_libversion(), "3.40.1"); }

TEST(DepsTest, Json) {
  EXPECT_EQ(nlohmann::json::parse("[1]", nullptr, false).size(), 1u);
}

TEST(DepsTest, Utf8proc) {
  EXPECT_EQ(utf8proc_category('A'), UTF8PROC_CATEGORY_LU);
}

TEST(DepsTest, Xsmm) {
  libxsmm_init();
  EXPECT_GT(libxsmm_get_target_archid(), 0);
}

TEST(DepsTest, Xxhash) { EXPECT_EQ(XXH64("", 0, 0), 0xef46db3751d8e999u); }

TEST(DepsTest, Zlib) { EXPECT_STREQ(zlibVersion(), ZLIB_VERSION); }

}  // namespace
