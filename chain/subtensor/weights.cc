// Weights and the rules for them.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/reads.h"
#include "chain/timelock.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// How weights are taken where CommitRevealWeightsEnabled.
absl::StatusOr<WeightsMode> ReadHiddenMode(const State& state) {
  if (!state.HasItem(kSubtensor, "CommitRevealWeightsVersion") ||
      !state.HasCall(kSubtensor, kCommitTimelocked)) {
    return WeightsMode::kCommitReveal;
  }
  SN37_ASSIGN_OR_RETURN(
      const json version,
      state.Get(kSubtensor, "CommitRevealWeightsVersion", json::array()));
  return version == json(kTimelockVersion) ? WeightsMode::kTimelocked
                                           : WeightsMode::kCommitReveal;
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
  if (values[6] == json(true)) {
    SN37_ASSIGN_OR_RETURN(rules.weights_mode, ReadHiddenMode(state));
  }
  return rules;
}

}  // namespace sn37::chain
