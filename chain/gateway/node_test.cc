// The gateway over a node of the real chain, which a stand-in plays over a
// WebSocket: a caller can tell no difference from the chain itself.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chain/gateway/remote_client.h"
#include "chain/gateway/server.h"
#include "chain/subtensor/testing/stand_in_network.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using ::testing::HasSubstr;

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return std::move(value).value();
}

// As many of the stand-in's keys as a test of the suite asks for.
std::vector<Keypair> Keys() {
  std::vector<Keypair> keys;
  for (int i = 0; i < 8; ++i) {
    keys.push_back(Must(Keypair::FromUri(absl::StrCat("//test/key", i))));
  }
  return keys;
}

// Its client calls a gateway, which has the network's as its chain and the same
// keys as the caller.
class NodeBehindGateway : public StandInNetwork {
 public:
  explicit NodeBehindGateway(const std::string& runtime)
      : StandInNetwork(runtime),
        server_(Must(GatewayServer::Start(StandInNetwork::client(),
                                          {Keys(), Keys()}, Anywhere()))),
        remote_(grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                    grpc::InsecureChannelCredentials()),
                keys_) {}

  Client& client() override { return remote_; }

 private:
  static GatewayOptions Anywhere() {
    GatewayOptions options;
    options.listen = "127.0.0.1:0";
    return options;
  }

  const std::vector<Keypair> keys_ = Keys();
  const std::unique_ptr<GatewayServer> server_;
  RemoteClient remote_;
};

INSTANTIATE_TEST_SUITE_P(
    Node, ClientConformanceTest,
    testing::Values([]() -> std::unique_ptr<ConformanceFixture> {
      return std::make_unique<NodeBehindGateway>("461_v15");
    }));

TEST(GatewayNodeTest, WhatTheNodeSaysReachesTheCaller) {
  NodeBehindGateway world("461_v15");
  const Keypair key = Must(world.NewKey());
  Must(world.client().Register(key, world.netuid(), key.address()));
  // A write whose answer is lost is in doubt; this one happened, once.
  world.node().Fail("author_submitAndWatchExtrinsic", Fault::kDropUnanswered);
  const absl::Status lost = world.client().Commit(key, world.netuid(), "text");
  EXPECT_TRUE(absl::IsUnavailable(lost)) << lost;
  const auto all = Must(world.client().GetCommitments(world.netuid()));
  ASSERT_EQ(all.commitments.size(), 1u);
  EXPECT_EQ(all.commitments[0].text, "text");
  EXPECT_EQ(world.chain().submissions(), 2);

  world.chain().SetAge(absl::Hours(1));
  const absl::Status old = world.client().GetMetagraph(world.netuid()).status();
  EXPECT_TRUE(absl::IsUnavailable(old)) << old;
  EXPECT_THAT(std::string(old.message()), HasSubstr("does not follow"));
}

}  // namespace
}  // namespace sn37::chain
