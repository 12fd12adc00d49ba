#include "chain/subtensor/testing/stand_in_chain.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "chain/codec/era.h"
#include "chain/codec/hashers.h"
#include "chain/codec/scale.h"
#include "chain/codec/value.h"
#include "chain/subtensor/answers.h"
#include "chain/timelock.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr char kSubtensor[] = "SubtensorModule";

template <typename T>
T Must(absl::StatusOr<T> value) {
  SN37_CHECK(value.ok()) << value.status();
  return *std::move(value);
}

absl::Status Invalid(absl::string_view what) {
  return RpcErrorStatus({1010, "Invalid Transaction", std::string(what)});
}

json HexOrNull(const StorageMap& storage, absl::string_view key) {
  const auto found = storage.find(std::string(key));
  return found == storage.end() ? json() : json(ToHex(found->second));
}

std::vector<Weight> WeightsOf(const json& uids, const json& values) {
  std::vector<Weight> weights;
  for (size_t i = 0; i < uids.size(); ++i) {
    weights.push_back({uids[i].get<uint16_t>(), values[i].get<uint16_t>()});
  }
  return weights;
}

json Pairs(const std::vector<Weight>& weights) {
  json pairs = json::array();
  for (const Weight& weight : weights) {
    pairs.push_back(json::array({weight.uid, weight.value}));
  }
  return pairs;
}

std::string HexOf(const WeightsHash& hash) {
  return ToHex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

// The ledger's epochs in the words of runtimes that count them.
struct LedgerEpochs {
  uint64_t length = 0, netuid = 0;

  uint64_t Of(uint64_t block) const { return (block + netuid + 1) / length; }
  uint64_t Start(uint64_t epoch) const {
    return epoch * length - std::min(netuid + 1, epoch * length);
  }
};

LedgerEpochs EpochsOf(Ledger& ledger, uint16_t netuid) {
  return {uint64_t{Must(ledger.GetHyperparameters(netuid)).tempo} + 1, netuid};
}

// The beacon's, as it published it.
constexpr char kBeaconSignature[] =
    "0xb44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
    "e342b73a8dd2bacbe47e4b6b63ed5e39";

// What timelock.h's payload holds; it has no salt.
HiddenWeights ReadPayload(absl::string_view payload, const AccountId& signer) {
  ScaleReader reader(payload);
  const absl::string_view hotkey = Must(reader.LengthAndBytes());
  SN37_CHECK(std::equal(
      hotkey.begin(), hotkey.end(), signer.begin(), signer.end(),
      [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; }));
  HiddenWeights hidden;
  hidden.weights.resize(Must(reader.Compact32()));
  for (Weight& weight : hidden.weights) {
    weight.uid = Must(reader.Fixed<uint16_t>());
  }
  SN37_CHECK(Must(reader.Compact32()) == hidden.weights.size());
  for (Weight& weight : hidden.weights) {
    weight.value = Must(reader.Fixed<uint16_t>());
  }
  hidden.version_key = Must(reader.Fixed<uint64_t>());
  SN37_CHECK(reader.ExpectEnd().ok());
  return hidden;
}

}  // namespace

// Hands requests over, and holds what a watcher is still to hear.
class StandInRpc : public Rpc {
 public:
  explicit StandInRpc(StandInChain* chain) : chain_(*chain) {}

  absl::StatusOr<json> Call(absl::string_view method, json params) override {
    SN37_RETURN_IF_ERROR(Check(method, /*after=*/false));
    absl::StatusOr<json> answer = chain_.Call(method, params);
    SN37_RETURN_IF_ERROR(Check(method, /*after=*/true));
    return answer;
  }

  absl::StatusOr<std::unique_ptr<Subscription>> Subscribe(
      absl::string_view method, json params, absl::string_view) override {
    SN37_RETURN_IF_ERROR(Check(method, /*after=*/false));
    absl::StatusOr<std::vector<json>> life = chain_.Watch(params);
    SN37_RETURN_IF_ERROR(Check(method, /*after=*/true));
    SN37_RETURN_IF_ERROR(life.status());
    return std::make_unique<Life>(this, *std::move(life));
  }

 private:
  class Life : public Subscription {
   public:
    Life(StandInRpc* rpc, std::vector<json> values)
        : rpc_(*rpc), values_(values.begin(), values.end()) {}
    absl::StatusOr<Notification> Next(absl::Time) override {
      SN37_RETURN_IF_ERROR(rpc_.Check("next", /*after=*/false));
      if (values_.empty()) return absl::DeadlineExceededError("no more");
      Notification next = {values_.front(), false};
      values_.pop_front();
      return next;
    }

   private:
    StandInRpc& rpc_;
    std::deque<json> values_;
  };

  absl::Status Check(absl::string_view method, bool after) {
    StandInChain::Fault fault;
    {
      absl::MutexLock lock(&chain_.mutex_);
      fault = after ? chain_.after_ : chain_.before_;
    }
    return fault ? fault(method) : absl::OkStatus();
  }

  StandInChain& chain_;
};

StandInChain::StandInChain(Ledger* ledger, uint16_t netuid,
                           std::string metadata_bytes)
    : ledger_(*ledger), netuid_(netuid) {
  runtimes_[0] = std::make_unique<StandInRuntime>(std::move(metadata_bytes));
}

std::unique_ptr<Rpc> StandInChain::NewRpc() {
  return std::make_unique<StandInRpc>(this);
}

Keypair StandInChain::AddKey(absl::string_view uri) {
  Keypair key = Must(Keypair::FromUri(uri));
  absl::MutexLock lock(&mutex_);
  keys_.emplace(key.address(), Must(Keypair::FromUri(uri)));
  return key;
}

void StandInChain::SetFaults(Fault before, Fault after) {
  absl::MutexLock lock(&mutex_);
  before_ = std::move(before);
  after_ = std::move(after);
}

void StandInChain::Upgrade(std::string metadata_bytes) {
  absl::MutexLock lock(&mutex_);
  SN37_CHECK(ledger_.Advance(1).ok());
  runtimes_[Must(ledger_.Head()).number] =
      std::make_unique<StandInRuntime>(std::move(metadata_bytes));
}

absl::Time StandInChain::Now() {
  absl::MutexLock lock(&mutex_);
  return clock_(Must(ledger_.Head()).number);
}

void StandInChain::SetAge(absl::Duration age) {
  absl::MutexLock lock(&mutex_);
  age_ = age;
}

absl::Status StandInChain::SetClockToBeacon() {
  const uint64_t head = Must(ledger_.Head()).number;
  const LedgerEpochs epochs = EpochsOf(ledger_, netuid_);
  const uint64_t reveal = epochs.Start(epochs.Of(head) + 1);
  absl::MutexLock lock(&mutex_);
  const Metadata& metadata = RuntimeAt(head).metadata();
  if (!metadata.FindStorage(kSubtensor, "TimelockedWeightCommits").ok()) {
    return absl::UnimplementedError("the runtime has no timelocked weights");
  }
  ScaleReader slot(Must(metadata.FindConstant("Aura", "SlotDuration"))->value);
  const absl::Duration block_time =
      absl::Milliseconds(Must(slot.Fixed<uint64_t>()));
  // The beacon makes the round three blocks after the reveal (timelock.h), and
  // not one sooner.
  const absl::Time made =
      absl::FromUnixSeconds(1692803367) + absl::Seconds(3) * kBeaconRound;
  clock_ = [=](uint64_t block) {
    return made + block_time * (static_cast<int64_t>(block) -
                                static_cast<int64_t>(reveal) - 3);
  };
  return absl::OkStatus();
}

void StandInChain::DropNext(std::vector<json> life) {
  absl::MutexLock lock(&mutex_);
  drop_ = true;
  life_ = std::move(life);
}

void StandInChain::InsertNext(std::vector<json> life) {
  absl::MutexLock lock(&mutex_);
  life_ = std::move(life);
}

int StandInChain::submissions() const {
  absl::MutexLock lock(&mutex_);
  return submissions_;
}

const StandInRuntime& StandInChain::RuntimeAt(uint64_t number) {
  return *std::prev(runtimes_.upper_bound(number))->second;
}

absl::StatusOr<uint64_t> StandInChain::NumberOf(const json& hash) {
  const uint64_t head = Must(ledger_.Head()).number;
  if (hash.is_null()) return head;
  for (uint64_t n = numbers_.size(); n <= head; ++n) {
    numbers_[Must(ledger_.GetBlock(n)).hash] = n;
  }
  const auto found = numbers_.find(hash.get<std::string>());
  if (found == numbers_.end()) {
    return RpcErrorStatus({4003, "Client error: UnknownBlock", nullptr});
  }
  return found->second;
}

uint64_t StandInChain::Nonce(const std::string& signer, uint64_t number) {
  uint64_t nonce = 0;
  for (const auto& [block, body] : bodies_) {
    nonce += block <= number && body.signer == signer;
  }
  return nonce;
}

uint64_t StandInChain::Millis(uint64_t number) {
  return static_cast<uint64_t>(absl::ToUnixMillis(clock_(number) - age_));
}

json StandInChain::Header(uint64_t number) {
  const std::string parent =
      Must(ledger_.GetBlock(number == 0 ? 0 : number - 1)).hash;
  const std::string root = "0x" + std::string(64, '0');
  return {{"parentHash", parent},
          {"number", absl::StrCat("0x", absl::Hex(number))},
          {"stateRoot", root},
          {"extrinsicsRoot", root},
          {"digest", {{"logs", json::array()}}}};
}

void StandInChain::PutCommits(const StandInRuntime& runtime,
                              const Metagraph& graph, StorageMap& storage) {
  const bool epochs =
      runtime.metadata().FindStorage(kSubtensor, "SubnetEpochIndex").ok();
  const LedgerEpochs clock = EpochsOf(ledger_, netuid_);
  const json subnet = json::array({netuid_});
  const uint64_t epoch = clock.Of(graph.block.number);
  runtime.Put(kSubtensor, "SubnetEpochIndex", subnet, epoch, storage);
  runtime.Put(kSubtensor, "LastEpochBlock", subnet, clock.Start(epoch),
              storage);
  if (epoch == 0) {  // is shorter
    runtime.Put(kSubtensor, "PendingEpochAt", subnet, clock.Start(1), storage);
  }
  runtime.Put(kSubtensor, "Tempo", subnet, clock.length - (epochs ? 0 : 1),
              storage);
  for (const Neuron& neuron : graph.neurons) {
    json list = json::array();
    for (const WeightsCommit& commit :
         Must(ledger_.GetWeightsCommits(netuid_, neuron.hotkey))) {
      if (commit.timelocked) continue;
      json parts = json::array({HexOf(commit.hash)});
      if (epochs) {
        parts.insert(parts.end(), {clock.Of(commit.block), commit.block, 0});
      } else {
        parts.insert(parts.end(),
                     {commit.block, commit.first_reveal, commit.last_reveal});
      }
      list.push_back(std::move(parts));
    }
    if (!list.empty()) {
      runtime.Put(kSubtensor, "WeightCommits",
                  json::array({netuid_, neuron.hotkey}), list, storage);
    }
  }
  std::map<uint64_t, json> locked;  // by epoch
  for (const Locked& one : locked_) {
    if (one.block > graph.block.number || one.reveal <= graph.block.number) {
      continue;
    }
    locked[clock.Of(one.block)].push_back(
        json::array({one.signer, one.block, one.encrypted, one.round}));
  }
  for (const auto& [of, list] : locked) {
    runtime.Put(kSubtensor, "TimelockedWeightCommits",
                json::array({netuid_, of}), list, storage);
  }
}

void StandInChain::PutSubnet(const StandInRuntime& runtime, uint64_t number,
                             StorageMap& storage) {
  const Metagraph graph = Must(ledger_.GetMetagraph(netuid_, number));
  const Hyperparameters rules = Must(ledger_.GetHyperparameters(netuid_));
  const auto put = [&](absl::string_view item, const json& arguments,
                       const json& value) {
    runtime.Put(kSubtensor, item, arguments, value, storage);
  };
  const json subnet = json::array({netuid_});
  json permits = json::array(), updates = permits, incentives = permits;
  for (const Neuron& neuron : graph.neurons) {
    permits.push_back(neuron.validator_permit);
    updates.push_back(neuron.last_update);
    incentives.push_back(neuron.incentive);
    const json slot = json::array({netuid_, neuron.uid});
    put("Keys", slot, neuron.hotkey);
    put("BlockAtRegistration", slot, neuron.registered_at);
    put("Uids", json::array({netuid_, neuron.hotkey}), neuron.uid);
    put("Owner", json::array({neuron.hotkey}), *neuron.coldkey);
    put("TotalHotkeyAlpha", json::array({neuron.hotkey, netuid_}),
        neuron.stake);
    const auto weights = Must(ledger_.GetWeights(netuid_, neuron.uid, number));
    if (!weights.empty()) put("Weights", slot, Pairs(weights));
  }
  put("NetworksAdded", subnet, true);
  put("SubnetworkN", subnet, graph.neurons.size());
  put("ValidatorPermit", subnet, permits);
  put("LastUpdate", subnet, updates);
  put("Incentive", subnet, incentives);
  put("WeightsSetRateLimit", subnet, rules.weights_rate_limit);
  put("MinAllowedWeights", subnet, rules.min_allowed_weights);
  put("MaxWeightsLimit", subnet, rules.max_weight_limit);
  put("WeightsVersionKey", subnet, rules.weights_version);
  put("CommitRevealWeightsEnabled", subnet,
      rules.weights_mode != WeightsMode::kPlain);
  put("CommitRevealWeightsVersion", json::array(),
      kTimelockVersion -
          (rules.weights_mode == WeightsMode::kCommitReveal ? 1 : 0));
  put("RevealPeriodEpochs", subnet, rules.reveal_period);
  PutCommits(runtime, graph, storage);
}

StorageMap StandInChain::StorageAt(uint64_t number) {
  const StandInRuntime& runtime = RuntimeAt(number);
  StorageMap storage;
  PutSubnet(runtime, number, storage);
  for (const Commitment& commitment :
       Must(ledger_.GetCommitments(netuid_, number)).commitments) {
    const std::string raw = absl::StrCat("Raw", commitment.text.size());
    const json data = {{raw, ToHex(commitment.text)}};
    runtime.Put("Commitments", "CommitmentOf",
                json::array({netuid_, commitment.hotkey}),
                {{"deposit", 0},
                 {"block", commitment.block},
                 {"info", {{"fields", json::array({data})}}}},
                storage);
  }
  const TypeId account =
      Must(runtime.metadata().FindStorage("System", "Account"))->value;
  for (const auto& [address, key] : keys_) {
    json value = ZeroValue(runtime.metadata().types, account);
    value["nonce"] = Nonce(address, number);
    runtime.Put("System", "Account", json::array({address}), value, storage);
  }
  runtime.Put("Timestamp", "Now", json::array(), Millis(number), storage);
  const auto body = bodies_.find(number);
  if (body != bodies_.end()) {
    // The block's own runtime is that of its parent.
    RuntimeAt(number - 1)
        .Put("System", "Events", json::array(), body->second.events, storage);
  }
  return storage;
}

json StandInChain::MetagraphValue(const StandInRuntime& runtime,
                                  uint16_t netuid, uint64_t number) {
  const absl::StatusOr<Metagraph> graph = ledger_.GetMetagraph(netuid, number);
  if (!graph.ok()) return nullptr;
  const TypeRegistry& types = runtime.metadata().types;
  const TypeId option = Must(runtime.metadata().FindMethod(
                                 "SubnetInfoRuntimeApi", "get_metagraph"))
                            ->output;
  json value = ZeroValue(types, types[option].inner);
  value["netuid"] = netuid;
  value["block"] = number;
  value["num_uids"] = graph->neurons.size();
  for (const Neuron& neuron : graph->neurons) {
    value["hotkeys"].push_back(neuron.hotkey);
    value["coldkeys"].push_back(*neuron.coldkey);
    value["validator_permit"].push_back(neuron.validator_permit);
    value["last_update"].push_back(neuron.last_update);
    value["incentives"].push_back(neuron.incentive);
    value["block_at_registration"].push_back(neuron.registered_at);
    value["alpha_stake"].push_back(neuron.stake);
  }
  return value;
}

absl::StatusOr<json> StandInChain::StateCall(const json& params,
                                             uint64_t number) {
  const StandInRuntime& runtime = RuntimeAt(number);
  const std::string method = params.at(0);
  const std::string arguments = Must(FromHex(params.at(1).get<std::string>()));
  ScaleReader reader(arguments);
  if (method == "Metadata_metadata_at_version") {
    const uint32_t version = Must(reader.Fixed<uint32_t>());
    std::string bytes(
        1, version == static_cast<uint32_t>(runtime.metadata_version()));
    if (bytes[0] != 0) AppendLengthAndBytes(runtime.bytes(), bytes);
    return ToHex(bytes);
  }
  if (method == "SubnetInfoRuntimeApi_get_metagraph" &&
      runtime.metadata()
          .FindMethod("SubnetInfoRuntimeApi", "get_metagraph")
          .ok()) {
    const uint16_t netuid = Must(reader.Fixed<uint16_t>());
    return ToHex(runtime.ApiOutput("SubnetInfoRuntimeApi", "get_metagraph",
                                   MetagraphValue(runtime, netuid, number)));
  }
  return RpcErrorStatus({-32603, "Exported method is not found", method});
}

std::vector<std::string> StandInChain::Methods() {
  return {"chain_getBlock",
          "chain_getBlockHash",
          "chain_getFinalizedHead",
          "chain_getHeader",
          "state_call",
          "state_getKeysPaged",
          "state_getMetadata",
          "state_getRuntimeVersion",
          "state_getStorage",
          "state_queryStorageAt",
          "system_accountNextIndex",
          "system_chain"};
}

absl::StatusOr<json> StandInChain::Call(absl::string_view method,
                                        const json& params) {
  absl::MutexLock lock(&mutex_);
  return Answer(method, params);
}

absl::StatusOr<json> StandInChain::Answer(absl::string_view method,
                                          const json& params) {
  const uint64_t head = Must(ledger_.Head()).number;
  if (method == "system_chain") return "Stand-in";
  if (method == "system_accountNextIndex") return Nonce(params.at(0), head);
  if (method == "chain_getFinalizedHead") return Must(ledger_.Head()).hash;
  if (method == "chain_getBlockHash") {
    const uint64_t number = params.empty() ? head : params[0].get<uint64_t>();
    const auto block = ledger_.GetBlock(number);
    return block.ok() ? json(block->hash) : json();
  }
  // All others end in the hash of the block that they are about.
  const bool whole = method != "state_getKeysPaged" || params.size() == 4;
  SN37_ASSIGN_OR_RETURN(
      const uint64_t number,
      NumberOf(params.empty() || !whole ? json() : params.back()));
  const StandInRuntime& runtime = RuntimeAt(number);
  if (method == "chain_getHeader") return Header(number);
  if (method == "chain_getBlock") {
    const auto body = bodies_.find(number);
    const auto extrinsics = body == bodies_.end() ? std::vector<std::string>()
                                                  : body->second.extrinsics;
    return json{
        {"block", {{"header", Header(number)}, {"extrinsics", extrinsics}}},
        {"justifications", nullptr}};
  }
  if (method == "state_getRuntimeVersion") {
    return json{{"specName", "node-subtensor"},
                {"specVersion", runtime.version().spec},
                {"transactionVersion", runtime.version().transaction}};
  }
  if (method == "state_getMetadata") {
    if (runtime.metadata_version() == 14) return ToHex(runtime.bytes());
    return RpcErrorStatus({-32603, "no metadata of version 14", nullptr});
  }
  if (method == "state_call") return StateCall(params, number);
  const StorageMap storage = StorageAt(number);
  if (method == "state_getStorage") {
    return HexOrNull(storage, Must(FromHex(params[0].get<std::string>())));
  }
  if (method == "state_queryStorageAt") {
    json changes = json::array();
    for (const json& key : params[0]) {
      changes.push_back(json::array(
          {key, HexOrNull(storage, Must(FromHex(key.get<std::string>())))}));
    }
    return json::array({{{"block", params[1]}, {"changes", changes}}});
  }
  if (method == "state_getKeysPaged") {
    const std::string prefix = Must(FromHex(params[0].get<std::string>()));
    const std::string after =
        params[2].is_null() ? "" : Must(FromHex(params[2].get<std::string>()));
    json keys = json::array();
    for (auto it = storage.lower_bound(prefix);
         it != storage.end() && absl::StartsWith(it->first, prefix) &&
         keys.size() < params[1].get<size_t>();
         ++it) {
      if (it->first > after) keys.push_back(ToHex(it->first));
    }
    return keys;
  }
  return RpcErrorStatus({-32601, "Method not found", nullptr});
}

absl::StatusOr<std::string> StandInChain::CheckExtrinsic(
    const StandInRuntime& runtime, const json& extrinsic) {
  const std::string signer = extrinsic.at("address").at("Id");
  const json& extra = extrinsic.at("extra");
  const uint64_t head = Must(ledger_.Head()).number;
  ExtrinsicTerms terms;
  terms.spec_version = runtime.version().spec;
  terms.transaction_version = runtime.version().transaction;
  terms.genesis_hash = Must(HashBytes(ledger_.genesis_hash()));
  terms.era = Must(EraFromJson(extra.at("CheckMortality")));
  const uint64_t birth = terms.era.Birth(head);
  terms.era_hash = Must(HashBytes(Must(ledger_.GetBlock(birth)).hash));
  terms.nonce = Must(AsUint(extra.at("CheckNonce"), UINT64_MAX));
  const std::string call =
      Must(EncodeCall(runtime.metadata(), extrinsic.at("call")));
  const std::string payload =
      Must(SigningPayload(runtime.metadata(), call, terms));
  const std::string signature =
      Must(FromHex(extrinsic.at("signature").at("Sr25519").get<std::string>()));
  if (!VerifySignature(Must(DecodeSs58(signer)), SignedBytes(payload),
                       signature)) {
    return Invalid("Transaction has a bad signature");
  }
  const uint64_t nonce = Nonce(signer, head);
  if (terms.nonce < nonce) return Invalid("Transaction is outdated");
  if (terms.nonce > nonce) return Invalid("Transaction is for the future");
  if (keys_.count(signer) == 0) {
    return Invalid("Inability to pay some fees (e.g. account balance too low)");
  }
  return signer;
}

absl::Status StandInChain::Apply(const Keypair& signer, const json& call) {
  const json& function = call.begin().value();
  const std::string name = function.begin().key();
  const json& arguments = function.begin().value();
  const uint16_t netuid = arguments.at("netuid").get<uint16_t>();
  const auto version_key = [&] {
    return Must(AsUint(arguments.at("version_key"), UINT64_MAX));
  };
  if (name == "burned_register") {
    return ledger_
        .Register(signer, netuid, arguments.at("hotkey").get<std::string>())
        .status();
  }
  if (name == "set_commitment") {
    const json& data = arguments.at("info").at("fields").at(0);
    return ledger_.Commit(signer, netuid,
                          Must(FromHex(data.begin()->get<std::string>())));
  }
  if (name == "set_weights") {
    return ledger_.SetWeights(
        signer, netuid,
        WeightsOf(arguments.at("dests"), arguments.at("weights")),
        version_key());
  }
  if (name == "commit_weights") {
    const BlockHash hash =
        Must(HashBytes(arguments.at("commit_hash").get<std::string>()));
    return ledger_.CommitWeights(signer, netuid, hash);
  }
  if (name == "reveal_weights") {
    return ledger_.RevealWeights(
        signer, netuid,
        {WeightsOf(arguments.at("uids"), arguments.at("values")),
         arguments.at("salt").get<std::vector<uint16_t>>(), version_key()});
  }
  if (name == "commit_timelocked_weights") {
    return ApplyTimelocked(signer, netuid, arguments);
  }
  return absl::FailedPreconditionError("Other: unknown call");
}

absl::Status StandInChain::ApplyTimelocked(const Keypair& signer,
                                           uint16_t netuid,
                                           const json& arguments) {
  if (arguments.at("commit_reveal_version") != json(kTimelockVersion)) {
    return absl::FailedPreconditionError(
        absl::StrCat(kIncorrectCommitRevealVersion, ": another"));
  }
  const json& encrypted = arguments.at("commit");
  HiddenWeights hidden;
  if (Must(AsUint(arguments.at("reveal_round"), UINT64_MAX)) == kBeaconRound) {
    const std::string payload =
        Must(DecryptWithSignature(Must(FromHex(encrypted.get<std::string>())),
                                  Must(FromHex(kBeaconSignature))));
    hidden = ReadPayload(payload, signer.public_key());
  }
  SN37_RETURN_IF_ERROR(ledger_.CommitTimelockedWeights(
      signer, netuid, hidden.weights, hidden.version_key));
  const WeightsCommit commit =
      Must(ledger_.GetWeightsCommits(netuid, signer.address())).back();
  locked_.push_back({signer.address(), commit.block, encrypted,
                     arguments.at("reveal_round"), commit.first_reveal});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<json>> StandInChain::Watch(const json& params) {
  absl::MutexLock lock(&mutex_);
  ++submissions_;
  const uint64_t head = Must(ledger_.Head()).number;
  const StandInRuntime& runtime = RuntimeAt(head);
  const std::string hex = params.at(0);
  const absl::StatusOr<json> extrinsic =
      DecodeExtrinsic(runtime.metadata(), Must(FromHex(hex)));
  if (!extrinsic.ok() || !extrinsic->contains("address")) {
    return RpcErrorStatus({1011, "Unknown Transaction Validity", nullptr});
  }
  SN37_ASSIGN_OR_RETURN(const std::string signer,
                        CheckExtrinsic(runtime, *extrinsic));
  std::vector<json> life = {"ready"};
  life.insert(life.end(), life_.begin(), life_.end());
  life_.clear();
  if (std::exchange(drop_, false)) return life;

  SN37_CHECK(ledger_.Advance(1).ok());
  const absl::Status outcome = Apply(keys_.at(signer), extrinsic->at("call"));
  bodies_[head + 1] = {
      {ToHex(runtime.TimestampExtrinsic(Millis(head + 1))), hex},
      runtime.Events(outcome),
      signer};
  const std::string hash = Must(ledger_.Head()).hash;
  life.push_back({{"inBlock", hash}});
  life.push_back({{"finalized", hash}});
  return life;
}

}  // namespace sn37::chain
