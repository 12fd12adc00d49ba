// The conformance suite with a network in between: over WebSocket to a scripted
// node that answers from a stand-in chain; and, where SN37_CHAIN_ENDPOINT names
// one, over a node of chopsticks that runs a real runtime (chain/README.md).
#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "chain/codec/storage.h"
#include "chain/codec/value.h"
#include "chain/subtensor/reads.h"
#include "chain/subtensor/subtensor.h"
#include "chain/subtensor/testing/stand_in_network.h"
#include "chain/subtensor/websocket_rpc.h"
#include "gtest/gtest.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

template <typename T>
T Must(absl::StatusOr<T> value) {
  SN37_CHECK(value.ok()) << value.status();
  return *std::move(value);
}

std::unique_ptr<Rpc> ConnectTo(const std::string& endpoint) {
  WebSocketRpcOptions options;
  options.endpoints = {endpoint};
  return Must(ConnectWebSocket(std::move(options)));
}

INSTANTIATE_TEST_SUITE_P(
    WebSocket, ClientConformanceTest,
    testing::Values([]() -> std::unique_ptr<ConformanceFixture> {
      return std::make_unique<StandInNetwork>("461_v15");
    }));

// Subnet 1 of a chopsticks node, whose storage is set to what the suite needs.
class LiveFixture : public ConformanceFixture {
 public:
  explicit LiveFixture(const char* endpoint) {
    SubtensorOptions options;
    options.max_age = absl::InfiniteDuration();
    options.send.poll = absl::Milliseconds(200);
    client_ = Must(Subtensor::Open(ConnectTo(endpoint), options));
    const json subnet = json::array({netuid()});
    const struct {
      const char* item;
      json value;
    } kRules[] = {{"Tempo", 40},
                  {"WeightsSetRateLimit", 3},
                  {"WeightsVersionKey", 10},
                  {"MinAllowedWeights", 2},
                  {"MaxWeightsLimit", 65535},
                  {"CommitRevealWeightsEnabled", false},
                  {"NetworkRegistrationAllowed", true},
                  {"Burn", 1000},
                  {"MaxAllowedUids", 4096},
                  {"MaxAllowedValidators", 1},
                  {"MaxRegistrationsPerBlock", 1000},
                  {"TargetRegistrationsPerInterval", 1000}};
    for (const auto& rule : kRules) {
      SN37_CHECK(Set(kSubtensor, rule.item, subnet, rule.value).ok());
    }
    permits_are_earned_ = PermitsStayAsTheyAreSet();
  }

  Client& client() override { return *client_; }
  uint16_t netuid() override { return 1; }
  uint64_t commitment_rate_limit() override { return 100; }

  absl::Status Wait(uint64_t blocks) override {
    constexpr uint64_t kAtOnce = 5;  // a call must end within its deadline
    for (; blocks > 0; blocks -= std::min(blocks, kAtOnce)) {
      SN37_RETURN_IF_ERROR(
          client_->rpc()
              .Call("dev_newBlock",
                    json::array({{{"count", std::min(blocks, kAtOnce)}}}))
              .status());
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Keypair> NewKey() override {
    SN37_ASSIGN_OR_RETURN(Keypair key,
                          Keypair::FromUri(absl::StrCat(
                              "//sn37/", absl::ToUnixNanos(absl::Now()))));
    SN37_ASSIGN_OR_RETURN(const State state, client_->StateAt(std::nullopt));
    const json account = json::array({key.address()});
    SN37_ASSIGN_OR_RETURN(json value, state.Get("System", "Account", account));
    value["providers"] = 1;
    value["data"]["free"] = "1000000000000";
    SN37_RETURN_IF_ERROR(Set("System", "Account", account, value));
    return key;
  }

  absl::Status MakeValidator(const Keypair& hotkey) override {
    SN37_ASSIGN_OR_RETURN(const State state, client_->StateAt(std::nullopt));
    const json subnet = json::array({netuid()});
    SN37_ASSIGN_OR_RETURN(const json uid,
                          state.Get(kSubtensor, "Uids",
                                    json::array({netuid(), hotkey.address()})));
    SN37_ASSIGN_OR_RETURN(json permits,
                          state.Get(kSubtensor, "ValidatorPermit", subnet));
    permits[uid.get<size_t>()] = true;
    SN37_RETURN_IF_ERROR(Set(kSubtensor, "ValidatorPermit", subnet, permits));
    // An epoch on the way gives the permit to whoever has the greatest stake:
    // the newest of the suite's validators.
    return Set(kSubtensor, "TotalHotkeyAlpha",
               json::array({hotkey.address(), netuid()}),
               absl::ToUnixMillis(absl::Now()));
  }

  bool permits_are_earned() override { return permits_are_earned_; }

  absl::Status SetWeightsMode(WeightsMode mode) override {
    if (mode == WeightsMode::kTimelocked) {
      return absl::UnimplementedError("the node hears no beacon");
    }
    return Set(kSubtensor, "CommitRevealWeightsEnabled",
               json::array({netuid()}), mode != WeightsMode::kPlain);
  }

 private:
  // Runtime 218 gives every neuron a permit at the start of each block.
  bool PermitsStayAsTheyAreSet() {
    const json subnet = json::array({netuid()});
    const auto permits = [&] {
      const State state = Must(client_->StateAt(std::nullopt));
      return Must(state.Get(kSubtensor, "ValidatorPermit", subnet));
    };
    json none = permits();
    std::fill(none.begin(), none.end(), false);
    SN37_CHECK(Set(kSubtensor, "ValidatorPermit", subnet, none).ok());
    SN37_CHECK(Wait(1).ok());
    return permits() == none;
  }

  // By the node's own method for developers.
  absl::Status Set(absl::string_view pallet, absl::string_view item,
                   const json& arguments, const json& value) {
    SN37_ASSIGN_OR_RETURN(const State state, client_->StateAt(std::nullopt));
    const Metadata& metadata = state.runtime().metadata;
    SN37_ASSIGN_OR_RETURN(const std::string key,
                          StorageKey(metadata, pallet, item, arguments));
    SN37_ASSIGN_OR_RETURN(const StorageEntry* entry,
                          metadata.FindStorage(pallet, item));
    std::string bytes;
    SN37_RETURN_IF_ERROR(
        EncodeValue(metadata.types, entry->value, value, bytes));
    const json pair = json::array({ToHex(key), ToHex(bytes)});
    return client_->rpc()
        .Call("dev_setStorage", json::array({json::array({pair})}))
        .status();
  }

  std::unique_ptr<Subtensor> client_;
  bool permits_are_earned_ = true;
};

std::vector<ConformanceFactory> Live() {
  const char* endpoint = getenv("SN37_CHAIN_ENDPOINT");
  if (endpoint == nullptr) return {};
  return {[endpoint] { return std::make_unique<LiveFixture>(endpoint); }};
}

INSTANTIATE_TEST_SUITE_P(Live, ClientConformanceTest,
                         testing::ValuesIn(Live()));

}  // namespace
}  // namespace sn37::chain
