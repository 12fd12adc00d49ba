// Times what a client of the chain does most, for peers.py, and prints
// {"seconds": …, "result": …}, where the result is to be compared with what
// others make of the same:
//
//   peer_client answer           what a node says of a metagraph, and of itself
//   peer_client metadata COUNT   decodes the metadata of spec 461
//   peer_client metagraph COUNT  reads that answer
//   peer_client value COUNT      decodes all of it to JSON
//   peer_client commit COUNT     builds and signs calls of set_commitment
//   peer_client weights COUNT    the same of set_weights, for 256 neurons
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "chain/client.h"
#include "chain/codec/era.h"
#include "chain/codec/extrinsic.h"
#include "chain/codec/metadata.h"
#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "chain/keys/keypair.h"
#include "chain/subtensor/reads.h"
#include "chain/subtensor/rpc.h"
#include "chain/subtensor/state.h"
#include "nlohmann/json.hpp"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr char kSpec[] = "461_v15";
constexpr size_t kNeurons = 256;
constexpr uint16_t kNetuid = 37;

template <typename T>
T Must(absl::StatusOr<T> value) {
  SN37_CHECK(value.ok()) << value.status();
  return *std::move(value);
}

// A node that gives every question the same answer.
class RecordedNode : public Rpc {
 public:
  explicit RecordedNode(json answer) : answer_(std::move(answer)) {}
  absl::StatusOr<json> Call(absl::string_view, json) override {
    return answer_;
  }
  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(
      absl::string_view, json, absl::string_view) override {
    return absl::UnimplementedError("no subscriptions");
  }

 private:
  json answer_;
};

TypeId MetagraphType(const Metadata& metadata) {
  return Must(metadata.FindMethod("SubnetInfoRuntimeApi", "get_metagraph"))
      ->output;
}

std::string MetagraphBytes(const Metadata& metadata) {
  return SomeValue(metadata.types, MetagraphType(metadata), kNeurons);
}

// Does the work `count` times, from 0 on, and keeps what it makes of 0.
json Time(int64_t count, const std::function<json(int64_t)>& work) {
  json first;
  const auto begin = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < count; ++i) {
    json made = work(i);
    if (i == 0) first = std::move(made);
  }
  const std::chrono::duration<double> spent =
      std::chrono::steady_clock::now() - begin;
  return {{"seconds", spent.count()}, {"result", std::move(first)}};
}

json Answer(int64_t) {
  const Metadata metadata = TestMetadata(kSpec);
  const RuntimeVersion version = Must(VersionOf(metadata));
  return {{"answer", ToHex(MetagraphBytes(metadata))},
          {"spec", version.spec},
          {"transaction", version.transaction}};
}

json TimeMetadata(int64_t count) {
  const std::string bytes = TestMetadataBytes(kSpec);
  return Time(count, [&](int64_t) -> json {
    const Metadata metadata = Must(DecodeMetadata(bytes));
    return {metadata.types.size(), metadata.pallets.size()};
  });
}

json TimeMetagraph(int64_t count) {
  const auto runtime =
      std::make_shared<Runtime>(Runtime{{}, TestMetadata(kSpec)});
  RecordedNode node(ToHex(MetagraphBytes(runtime->metadata)));
  const State state(&node, runtime, Block{1, "0x"});
  return Time(count, [&](int64_t i) -> json {
    const Metagraph graph = Must(ReadMetagraph(state, kNetuid));
    if (i > 0) return nullptr;
    json neurons = json::array();
    for (const Neuron& neuron : graph.neurons) {
      neurons.push_back({neuron.hotkey, *neuron.coldkey, neuron.stake,
                         neuron.validator_permit, neuron.incentive,
                         neuron.last_update, neuron.registered_at});
    }
    return neurons;
  });
}

json TimeValue(int64_t count) {
  const Metadata metadata = TestMetadata(kSpec);
  const std::string bytes = MetagraphBytes(metadata);
  return Time(count, [&](int64_t) {
    return Must(DecodeValue(metadata.types, MetagraphType(metadata), bytes));
  });
}

// The same terms, key and arguments as in peers.py.
json TimeExtrinsics(int64_t count, const json& call) {
  const Metadata metadata = TestMetadata(kSpec);
  const RuntimeVersion version = Must(VersionOf(metadata));
  const Keypair signer = Must(Keypair::FromUri("//Alice"));
  ExtrinsicTerms terms = {.spec_version = version.spec,
                          .transaction_version = version.transaction,
                          .era = Era::Mortal(128, 1000)};
  terms.genesis_hash.fill(0x11);
  terms.era_hash.fill(0x22);
  return Time(count, [&](int64_t i) -> json {
    terms.nonce = static_cast<uint64_t>(i);
    const std::string bytes = Must(EncodeCall(metadata, call));
    return ToHex(Must(SignExtrinsic(metadata, bytes, terms, signer)));
  });
}

json TimeCommit(int64_t count) {
  const json data = {{"Raw64", "0x" + std::string(128, '7')}};
  const json info = {{"fields", json::array({data})}};
  return TimeExtrinsics(
      count, {{"Commitments",
               {{"set_commitment", {{"netuid", kNetuid}, {"info", info}}}}}});
}

json TimeWeights(int64_t count) {
  json uids = json::array(), weights = json::array();
  for (size_t i = 0; i < kNeurons; ++i) {
    uids.push_back(i);
    weights.push_back(i * 257);
  }
  return TimeExtrinsics(count, {{"SubtensorModule",
                                 {{"set_weights",
                                   {{"netuid", kNetuid},
                                    {"dests", uids},
                                    {"weights", weights},
                                    {"version_key", 3010}}}}}});
}

json Run(const std::string& work, int64_t count) {
  static const auto& kWorks =
      *new std::map<std::string, std::function<json(int64_t)>>{
          {"answer", Answer},           {"metadata", TimeMetadata},
          {"metagraph", TimeMetagraph}, {"value", TimeValue},
          {"commit", TimeCommit},       {"weights", TimeWeights}};
  const auto found = kWorks.find(work);
  SN37_CHECK(found != kWorks.end()) << work;
  return found->second(count);
}

}  // namespace
}  // namespace sn37::chain

int main(int argc, char** argv) {
  int64_t count = 1;
  SN37_CHECK(argc == 2 || (argc == 3 && absl::SimpleAtoi(argv[2], &count)));
  std::cout << sn37::chain::Run(argv[1], count) << "\n";
  return 0;
}
