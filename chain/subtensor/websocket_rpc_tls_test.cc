// Whom the client takes for the node that it was told to talk to.
#include <string>

#include "absl/time/time.h"
#include "chain/subtensor/testing/scripted_node.h"
#include "chain/subtensor/websocket_rpc.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/test_certificate.h"

namespace sn37::chain {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kRead[] = "state_getStorage";

ScriptedNodeOptions With(const TestCertificate& certificate) {
  return {.certificate = certificate.certificate, .key = certificate.key};
}

// Trusts the certificate, and no other.
WebSocketRpcOptions To(const std::string& endpoint,
                       const TestCertificate& trusted) {
  WebSocketRpcOptions options;
  options.endpoints = {endpoint};
  options.backoff_min = absl::Milliseconds(1);
  options.roots_file = JoinPath(testing::TempDir(), "roots.pem");
  EXPECT_TRUE(WriteFileWhole(options.roots_file, trusted.certificate).ok());
  return options;
}

std::string Refusal(const WebSocketRpcOptions& options) {
  const absl::Status status = ConnectWebSocket(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  return std::string(status.message());
}

TEST(WebSocketRpcTlsTest, TrustedCertificateOfTheHostIsTaken) {
  const TestCertificate certificate = MakeTestCertificate("DNS:localhost");
  ScriptedNode node(With(certificate));
  node.On(kRead, [](const json& params) { return params; });
  const auto rpc = ConnectWebSocket(To(node.endpoint(), certificate));
  ASSERT_TRUE(rpc.ok()) << rpc.status();
  EXPECT_EQ((*rpc)->Call(kRead, {1}).value(), json({1}));
  for (const Fault fault : {Fault::kDropUnanswered, Fault::kHalfAnswer}) {
    node.Fail(kRead, fault);
    EXPECT_EQ((*rpc)->Call(kRead, {2}).value(), json({2}));
  }
}

TEST(WebSocketRpcTlsTest, OtherCertificatesAreRefused) {
  const TestCertificate good = MakeTestCertificate("DNS:localhost");
  const struct {
    const char* what;
    TestCertificate certificate;
    bool trusted;
  } cases[] = {
      {"unknown", good, false},
      {"another name", MakeTestCertificate("DNS:example.org"), true},
      {"another address", MakeTestCertificate("IP:127.0.0.2"), true},
      {"over", MakeTestCertificate("DNS:localhost", 0), true},
  };
  for (const auto& c : cases) {
    ScriptedNode node(With(c.certificate));
    const TestCertificate trusted =
        c.trusted ? c.certificate : MakeTestCertificate("DNS:localhost");
    EXPECT_THAT(Refusal(To(node.endpoint(), trusted)),
                HasSubstr("certificate verify failed"))
        << c.what;
  }
}

TEST(WebSocketRpcTlsTest, AddressIsVerifiedToo) {
  const TestCertificate certificate = MakeTestCertificate("IP:127.0.0.1");
  ScriptedNode node(With(certificate));
  std::string endpoint = node.endpoint();
  endpoint.replace(endpoint.find("localhost"), 9, "127.0.0.1");
  const auto rpc = ConnectWebSocket(To(endpoint, certificate));
  EXPECT_TRUE(rpc.ok()) << rpc.status();
}

TEST(WebSocketRpcTlsTest, SystemsRootsDoNotKnowOurs) {
  const TestCertificate certificate = MakeTestCertificate("DNS:localhost");
  ScriptedNode node(With(certificate));
  WebSocketRpcOptions options = To(node.endpoint(), certificate);
  options.roots_file.clear();
  EXPECT_THAT(Refusal(options), HasSubstr("certificate verify failed"));
}

TEST(WebSocketRpcTlsTest, PlainAndTlsDoNotMix) {
  ScriptedNode node;
  std::string endpoint = node.endpoint();
  endpoint.replace(0, 5, "wss://");
  EXPECT_THAT(Refusal(To(endpoint, MakeTestCertificate("DNS:localhost"))),
              HasSubstr("no TLS"));
}

TEST(WebSocketRpcTlsTest, MissingRootsAreTold) {
  WebSocketRpcOptions options;
  options.endpoints = {"wss://localhost:1"};
  options.roots_file = "/nowhere/roots.pem";
  const absl::Status status = ConnectWebSocket(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/roots.pem"));
}

}  // namespace
}  // namespace sn37::chain
