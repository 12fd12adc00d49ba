#include "chain/gateway/messages.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {

namespace pb = ::sn37::gateway::v1;

void ToMessage(const Block& block, pb::Block& message) {
  message.set_number(block.number);
  message.set_hash(block.hash);
}

void ToMessage(const Metagraph& graph, pb::Metagraph& message) {
  message.set_netuid(graph.netuid);
  ToMessage(graph.block, *message.mutable_block());
  for (const Neuron& neuron : graph.neurons) {
    pb::Neuron& slot = *message.add_neurons();
    slot.set_uid(neuron.uid);
    slot.set_hotkey(neuron.hotkey);
    if (neuron.coldkey.has_value()) slot.set_coldkey(*neuron.coldkey);
    slot.set_stake(neuron.stake);
    slot.set_validator_permit(neuron.validator_permit);
    slot.set_incentive(neuron.incentive);
    slot.set_last_update(neuron.last_update);
    slot.set_registered_at(neuron.registered_at);
  }
}

void ToMessage(const Commitments& all, pb::Commitments& message) {
  ToMessage(all.block, *message.mutable_block());
  for (const Commitment& commitment : all.commitments) {
    pb::Commitment& entry = *message.add_commitments();
    entry.set_hotkey(commitment.hotkey);
    entry.set_block(commitment.block);
    entry.set_text(commitment.text);
  }
}

void ToMessage(const std::vector<Weight>& weights, pb::Weights& message) {
  for (const Weight& weight : weights) {
    pb::Weight& entry = *message.add_weights();
    entry.set_uid(weight.uid);
    entry.set_value(weight.value);
  }
}

void ToMessage(const Hyperparameters& rules, pb::Hyperparameters& message) {
  message.set_tempo(rules.tempo);
  message.set_weights_rate_limit(rules.weights_rate_limit);
  message.set_min_allowed_weights(rules.min_allowed_weights);
  message.set_max_weight_limit(rules.max_weight_limit);
  message.set_weights_version(rules.weights_version);
  message.set_reveal_period(rules.reveal_period);
  // The same numbers.
  message.set_weights_mode(static_cast<pb::WeightsMode>(rules.weights_mode));
}

void ToMessage(const std::vector<WeightsCommit>& commits,
               pb::WeightsCommits& message) {
  for (const WeightsCommit& commit : commits) {
    pb::WeightsCommit& entry = *message.add_commits();
    entry.set_hash(commit.hash.data(), commit.hash.size());
    entry.set_block(commit.block);
    entry.set_first_reveal(commit.first_reveal);
    entry.set_last_reveal(commit.last_reveal);
    entry.set_timelocked(commit.timelocked);
  }
}

absl::StatusOr<uint16_t> Narrow(uint32_t number, absl::string_view what) {
  if (number > UINT16_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("a ", what, " of ", number, ": at most 65535"));
  }
  return static_cast<uint16_t>(number);
}

absl::StatusOr<std::vector<Weight>> ToWeights(
    const google::protobuf::RepeatedPtrField<pb::Weight>& messages) {
  std::vector<Weight> weights;
  for (const pb::Weight& message : messages) {
    Weight& weight = weights.emplace_back();
    SN37_ASSIGN_OR_RETURN(weight.uid, Narrow(message.uid(), "uid"));
    SN37_ASSIGN_OR_RETURN(weight.value, Narrow(message.value(), "value"));
  }
  return weights;
}

absl::StatusOr<std::vector<uint16_t>> ToSalt(
    const google::protobuf::RepeatedField<uint32_t>& numbers) {
  std::vector<uint16_t> salt;
  for (const uint32_t number : numbers) {
    SN37_ASSIGN_OR_RETURN(salt.emplace_back(), Narrow(number, "salt"));
  }
  return salt;
}

absl::StatusOr<WeightsHash> ToWeightsHash(absl::string_view bytes) {
  WeightsHash hash;
  if (bytes.size() != hash.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a hash of ", bytes.size(), " bytes, not 32"));
  }
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

}  // namespace sn37::chain
