#include "chain/local/weight_rules.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

absl::Status CheckUids(absl::Span<const Weight> weights, size_t neurons) {
  std::set<uint16_t> seen;
  for (const Weight& weight : weights) {
    if (!seen.insert(weight.uid).second) {
      return Refused("DuplicateUids", absl::StrCat("uid ", weight.uid));
    }
  }
  for (const Weight& weight : weights) {
    if (weight.uid >= neurons) {
      return Refused("UidVecContainInvalidOne",
                     absl::StrCat("uid ", weight.uid, " of ", neurons));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckShape(absl::Span<const Weight> weights, size_t neurons,
                        const Hyperparameters& rules) {
  const size_t least = std::min<size_t>(rules.min_allowed_weights, neurons);
  if (weights.size() < least) {
    return Refused("WeightVecLengthIsLow",
                   absl::StrCat(weights.size(), " entries, at least ", least));
  }
  if (rules.max_weight_limit == 65535) return absl::OkStatus();
  uint64_t greatest = 0, sum = 0;
  for (const Weight& weight : weights) {
    greatest = std::max<uint64_t>(greatest, weight.value);
    sum += weight.value;
  }
  if (greatest * 65535 > sum * rules.max_weight_limit) {
    return Refused("MaxWeightExceeded",
                   absl::StrCat("greatest share ", greatest, "/", sum,
                                ", limit ", rules.max_weight_limit, "/65535"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Refused(absl::string_view name, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat(name, ": ", what));
}

absl::Status CheckSetWeights(const std::optional<Neuron>& sender,
                             size_t neurons, uint64_t head,
                             const Hyperparameters& rules,
                             absl::Span<const Weight> weights,
                             uint64_t version_key) {
  if (rules.weights_mode != WeightsMode::kPlain) {
    return Refused(kCommitRevealEnabled, "plain weights are not taken");
  }
  if (weights.size() > neurons) {
    return Refused("UidsLengthExceedUidsInSubNet",
                   absl::StrCat(weights.size(), " entries for ", neurons));
  }
  if (!sender.has_value()) {
    return Refused(kHotKeyNotRegisteredInSubNet, "register it first");
  }
  if (rules.weights_version != 0 && version_key < rules.weights_version) {
    return Refused(kIncorrectWeightVersionKey,
                   absl::StrCat("version key ", version_key, ", the subnet's ",
                                rules.weights_version));
  }
  const uint64_t allowed = sender->last_update + rules.weights_rate_limit;
  if (sender->last_update != 0 && head < allowed) {
    return Refused(kSettingWeightsTooFast,
                   absl::StrCat("at block ", head, ", allowed from ", allowed));
  }
  const bool only_itself = weights.size() == 1 && weights[0].uid == sender->uid;
  if (!sender->validator_permit && !only_itself) {
    return Refused(kNeuronNoValidatorPermit, absl::StrCat("uid ", sender->uid));
  }
  SN37_RETURN_IF_ERROR(CheckUids(weights, neurons));
  return only_itself ? absl::OkStatus() : CheckShape(weights, neurons, rules);
}

}  // namespace sn37::chain
