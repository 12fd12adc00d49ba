// The hub behind TLS: whom the client talks to, and to whom it says nothing.
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/hub/hub.h"
#include "sn37/hub/testing/stand_in.h"
#include "sn37/hub/testing/tls_front.h"

namespace sn37 {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class TlsTest : public testing::Test {
 protected:
  TlsTest() { file_ = hub_.Add(repo_, "config.json", "{}", /*lfs=*/false); }

  // A file with a certificate.
  std::string Roots(const std::string& pem) {
    const std::string path = JoinPath(testing::TempDir(), "roots.pem");
    EXPECT_TRUE(WriteFileWhole(path, pem).ok());
    return path;
  }

  // What comes of reading the file from that server; trusts the certificates in
  // `roots`.
  absl::StatusOr<std::string> Read(const TlsFront& server, std::string roots) {
    HubOptions options;
    options.fetch.endpoint = server.origin();
    options.fetch.token = "hf_secret";
    options.fetch.roots = std::move(roots);
    options.fetch.sleep = [](absl::Duration) {};
    auto hub = Hub::Create(options);
    EXPECT_TRUE(hub.ok()) << hub.status();
    return (*hub)->Read(repo_, file_, 0, 2);
  }

  const HubRepo repo_{HubRepo::kModel, "tester/tiny",
                      "8f605f9f49f2172107279a971b56d55ce59ed92a"};
  StandInHub hub_{"hf_secret"};
  HubFile file_;
  TlsFront server_{hub_.endpoint()};
};

TEST_F(TlsTest, AServerWhoseCertificateIsTrustedIsRead) {
  const auto read = Read(server_, Roots(server_.certificate()));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, "{}");
}

TEST_F(TlsTest, AServerThatNobodyVouchesForLearnsNothing) {
  const TlsFront another(hub_.endpoint());
  for (const std::string& roots :
       {std::string(), Roots(another.certificate())}) {
    const absl::Status status = Read(server_, roots).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(status.message(), HasSubstr("certificate"));
  }
  EXPECT_THAT(hub_.Log(), IsEmpty());
}

TEST_F(TlsTest, ACertificateForAnotherAddressIsRefused) {
  const TlsFront another(hub_.endpoint(), "127.0.0.2");
  const absl::Status status =
      Read(another, Roots(another.certificate())).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(status.message(), HasSubstr("certificate"));
  EXPECT_THAT(hub_.Log(), IsEmpty());
}

TEST_F(TlsTest, RootsThatCannotBeReadAreNamed) {
  for (const std::string& roots :
       {JoinPath(testing::TempDir(), "none.pem"), Roots("no certificate")}) {
    const absl::Status status = Read(server_, roots).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(status.message(), HasSubstr(roots));
  }
  EXPECT_THAT(hub_.Log(), IsEmpty());
}

}  // namespace
}  // namespace sn37
