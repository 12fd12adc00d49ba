#include "chain/subtensor/rpc.h"

#include "gtest/gtest.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

TEST(RpcErrorTest, StatusKeepsAllOfIt) {
  const RpcError errors[] = {
      {-32601, "Method not found", nullptr},
      {1010, "Invalid Transaction", "Transaction has a bad signature"},
      {0, "", json{{"a", {1, nullptr, 2.5}}}},
  };
  for (const RpcError& error : errors) {
    const absl::Status status = RpcErrorStatus(error);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(GetRpcError(status), error);
    EXPECT_EQ(GetRpcError(Annotate(status, "submitting")), error);
  }
}

TEST(RpcErrorTest, OtherStatusHasNone) {
  EXPECT_EQ(GetRpcError(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(GetRpcError(absl::FailedPreconditionError("1010")), std::nullopt);
}

TEST(RpcErrorTest, MessageShowsNodesTextHarmlessAndShort) {
  const absl::Status status =
      RpcErrorStatus({1010, "Invalid\n\x1b[2J", std::string(10000, 'x')});
  EXPECT_EQ(status.message().substr(0, 45),
            "the node answers 1010 Invalid\\n\\x1b[2J: xxxxx");
  EXPECT_LT(status.message().size(), 1000u);
}

TEST(MayRepeatTest, OnlyReads) {
  for (const char* method :
       {"state_call", "state_getStorage", "state_queryStorageAt",
        "chain_getBlockHash", "chain_subscribeNewHeads", "system_chain",
        "chain_subscribeFinalizedHeads", "state_subscribeRuntimeVersion",
        "system_accountNextIndex", "payment_queryInfo"}) {
    EXPECT_TRUE(MayRepeat(method)) << method;
  }
  for (const char* method :
       {"author_submitExtrinsic", "author_submitAndWatchExtrinsic",
        "author_rotateKeys", "system_addReservedPeer", "dev_newBlock", "state",
        ""}) {
    EXPECT_FALSE(MayRepeat(method)) << method;
  }
}

}  // namespace
}  // namespace sn37::chain
