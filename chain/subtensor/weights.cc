// Weights, the rules for them, and commits to hidden ones.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/codec/ss58.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/reads.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// When a commit can be revealed: what the runtime keeps of it besides the hash
// and what the subnet says.
struct RevealTime {
  uint64_t commit_block = 0, first = 0, last = 0;
};

// Where the runtime counts epochs: commits hold their epoch, then their block.
struct EpochClock {
  uint64_t epoch = 0, began = 0, next = 0, tempo = 0, reveal_period = 0;

  uint64_t Start(uint64_t of) const {
    return of <= epoch ? began : next + (of - epoch - 1) * tempo;
  }
  RevealTime Of(uint64_t commit_epoch, uint64_t commit_block) const {
    const uint64_t reveal = commit_epoch + reveal_period;
    if (reveal < epoch) return {commit_block, 0, 0};
    return {commit_block, Start(reveal), Start(reveal + 1) - 1};
  }
};

constexpr uint64_t kMaxReveal = UINT32_MAX;  // keeps the arithmetic in range

absl::StatusOr<EpochClock> ReadClock(const State& state, uint16_t netuid) {
  const json subnet = json::array({netuid});
  SN37_ASSIGN_OR_RETURN(
      const std::vector<json> values,
      state.GetMany({{kSubtensor, "SubnetEpochIndex", subnet},
                     {kSubtensor, "LastEpochBlock", subnet},
                     {kSubtensor, "PendingEpochAt", subnet},
                     {kSubtensor, "Tempo", subnet},
                     {kSubtensor, "RevealPeriodEpochs", subnet}}));
  EpochClock clock;
  uint64_t pending = 0;
  uint64_t* const numbers[] = {&clock.epoch, &clock.began, &pending,
                               &clock.tempo, &clock.reveal_period};
  for (size_t i = 0; i < values.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(*numbers[i], AsUint(values[i], kMaxReveal));
  }
  clock.next = clock.began + clock.tempo;
  if (pending != 0) clock.next = std::min(clock.next, pending);
  return clock;
}

absl::StatusOr<WeightsCommit> CommitOf(const json& parts,
                                       const EpochClock* clock) {
  if (!parts.is_array() || parts.size() != 4) {
    return absl::InternalError("a commit of weights has not four parts");
  }
  SN37_ASSIGN_OR_RETURN(const std::string hash, HexBytes(parts[0]));
  uint64_t numbers[3] = {};
  for (size_t i = 0; i < 3; ++i) {
    SN37_ASSIGN_OR_RETURN(numbers[i], AsUint(parts[i + 1], kMaxReveal));
  }
  const RevealTime time = clock != nullptr
                              ? clock->Of(numbers[0], numbers[1])
                              : RevealTime{numbers[0], numbers[1], numbers[2]};
  WeightsCommit commit = {{}, time.commit_block, time.first, time.last};
  if (hash.size() != commit.hash.size()) {
    return absl::InternalError("a commit of weights has no hash");
  }
  std::copy(hash.begin(), hash.end(), commit.hash.begin());
  return commit;
}

}  // namespace

absl::StatusOr<std::vector<Weight>> ReadWeights(const State& state,
                                                uint16_t netuid, uint16_t uid) {
  SN37_ASSIGN_OR_RETURN(
      const std::vector<json> values,
      state.GetMany({{kSubtensor, "NetworksAdded", json::array({netuid})},
                     {kSubtensor, "SubnetworkN", json::array({netuid})},
                     {kSubtensor, "Weights", json::array({netuid, uid})}}));
  SN37_ASSIGN_OR_RETURN(const uint64_t neurons, AsUint(values[1], UINT16_MAX));
  if (values[0] != json(true) || uid >= neurons) {
    return absl::NotFoundError(absl::StrCat("no uid ", uid, " on subnet ",
                                            netuid, " at block ",
                                            state.block().number));
  }
  std::vector<Weight> weights;
  for (const json& pair : values[2]) {
    if (!pair.is_array() || pair.size() != 2) {
      return absl::InternalError("a weight is no pair");
    }
    SN37_ASSIGN_OR_RETURN(const uint64_t to, AsUint(pair[0], UINT16_MAX));
    SN37_ASSIGN_OR_RETURN(const uint64_t value, AsUint(pair[1], UINT16_MAX));
    weights.push_back(
        {static_cast<uint16_t>(to), static_cast<uint16_t>(value)});
  }
  return weights;
}

absl::StatusOr<Hyperparameters> ReadHyperparameters(const State& state,
                                                    uint16_t netuid) {
  SN37_RETURN_IF_ERROR(CheckSubnet(state, netuid));
  constexpr absl::string_view kItems[] = {"Tempo",
                                          "WeightsSetRateLimit",
                                          "MinAllowedWeights",
                                          "MaxWeightsLimit",
                                          "WeightsVersionKey",
                                          "RevealPeriodEpochs",
                                          "CommitRevealWeightsEnabled"};
  std::vector<StorageItem> items;
  for (const absl::string_view item : kItems) {
    items.push_back({kSubtensor, item, json::array({netuid})});
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<json> values, state.GetMany(items));
  Hyperparameters rules;
  uint64_t tempo = 0, least = 0, limit = 0;
  uint64_t* const numbers[] = {
      &tempo, &rules.weights_rate_limit, &least,
      &limit, &rules.weights_version,    &rules.reveal_period};
  constexpr uint64_t kMax[] = {UINT16_MAX, UINT64_MAX, UINT16_MAX,
                               UINT16_MAX, UINT64_MAX, UINT64_MAX};
  for (size_t i = 0; i < 6; ++i) {
    absl::StatusOr<uint64_t> number = AsUint(values[i], kMax[i]);
    SN37_RETURN_IF_ERROR(Annotate(number.status(), kItems[i]));
    *numbers[i] = *number;
  }
  rules.tempo = static_cast<uint16_t>(tempo);
  rules.min_allowed_weights = static_cast<uint16_t>(least);
  rules.max_weight_limit = static_cast<uint16_t>(limit);
  rules.commit_reveal = values[6] == json(true);
  return rules;
}

absl::StatusOr<std::vector<WeightsCommit>> ReadWeightsCommits(
    const State& state, uint16_t netuid, absl::string_view hotkey) {
  SN37_RETURN_IF_ERROR(CheckSubnet(state, netuid));
  SN37_RETURN_IF_ERROR(DecodeSs58(hotkey).status());
  SN37_ASSIGN_OR_RETURN(const json stored,
                        state.Get(kSubtensor, "WeightCommits",
                                  json::array({netuid, std::string(hotkey)})));
  std::optional<EpochClock> clock;
  if (state.HasItem(kSubtensor, "SubnetEpochIndex")) {
    SN37_ASSIGN_OR_RETURN(clock, ReadClock(state, netuid));
  }
  std::vector<WeightsCommit> commits;
  if (stored.is_null()) return commits;
  for (const json& parts : stored) {
    SN37_ASSIGN_OR_RETURN(const WeightsCommit commit,
                          CommitOf(parts, clock ? &*clock : nullptr));
    if (commit.last_reveal >= state.block().number) commits.push_back(commit);
  }
  return commits;
}

}  // namespace sn37::chain
