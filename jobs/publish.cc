#include "jobs/publish.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "chain/hidden_weights.h"
#include "chain/weights.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

absl::StatusOr<chain::Neuron> FindNeuron(const chain::Metagraph& graph,
                                         uint16_t netuid,
                                         const std::string& hotkey) {
  for (const chain::Neuron& neuron : graph.neurons) {
    if (neuron.hotkey == hotkey) return neuron;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the validator's hotkey ", hotkey, " has no slot on subnet ",
                   netuid, "; register it"));
}

// The weights of slots that are still held by those whom the epoch saw there.
std::vector<chain::Weight> StillTheirs(const WeightsIntent& intent,
                                       const chain::Metagraph& graph) {
  std::vector<chain::Weight> weights;
  for (const chain::Weight& weight : intent.weights) {
    for (const chain::Neuron& neuron : graph.neurons) {
      if (neuron.uid == weight.uid &&
          static_cast<int64_t>(neuron.registered_at) <= intent.sync_block) {
        weights.push_back(weight);
      }
    }
  }
  return weights;
}

// Whether the neuron set these weights at or after the epoch's block: what a
// run that was ended between setting them and remembering it has done.
absl::StatusOr<bool> AlreadySet(chain::Client& client, uint16_t netuid,
                                int64_t sync_block,
                                const std::vector<chain::Weight>& weights,
                                const chain::Neuron& neuron) {
  if (static_cast<int64_t>(neuron.last_update) < sync_block) return false;
  SN37_ASSIGN_OR_RETURN(std::vector<chain::Weight> stored,
                        client.GetWeights(netuid, neuron.uid));
  return stored == chain::MaxUpscale(weights);
}

// Sets the pending intent's weights, or hides them.
absl::Status FinishIntent(StateFile& state, const chain::Keypair& validator,
                          chain::Client& client) {
  SN37_ASSIGN_OR_RETURN(std::optional<WeightsIntent> intent,
                        state.PendingIntent());
  if (!intent.has_value()) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(chain::Metagraph graph,
                        client.GetMetagraph(intent->netuid));
  SN37_ASSIGN_OR_RETURN(chain::Neuron neuron,
                        FindNeuron(graph, intent->netuid, intent->hotkey));
  const std::vector<chain::Weight> weights = StillTheirs(*intent, graph);
  SN37_ASSIGN_OR_RETURN(
      bool already,
      AlreadySet(client, intent->netuid, intent->sync_block, weights, neuron));
  if (already || weights.empty()) {
    return state.ResolveIntent(intent->sync_block);
  }
  SN37_ASSIGN_OR_RETURN(const chain::Hyperparameters rules,
                        client.GetHyperparameters(intent->netuid));
  if (rules.commit_reveal) {
    return state.Hide({intent->sync_block,
                       intent->netuid,
                       intent->hotkey,
                       {weights, chain::NewSalt(), intent->version_key}});
  }
  SN37_RETURN_IF_ERROR(Annotate(client.SetWeights(validator, intent->netuid,
                                                  weights, intent->version_key),
                                "setting weights"));
  return state.ResolveIntent(intent->sync_block);
}

// The chain's commit to these weights, if it can still be revealed.
absl::StatusOr<std::optional<chain::WeightsCommit>> FindCommit(
    chain::Client& client, const chain::Keypair& validator,
    const HiddenIntent& hidden) {
  const chain::WeightsHash hash =
      chain::HashOf(validator.public_key(), hidden.netuid, hidden.weights);
  SN37_ASSIGN_OR_RETURN(const std::vector<chain::WeightsCommit> commits,
                        client.GetWeightsCommits(hidden.netuid, hidden.hotkey));
  for (const chain::WeightsCommit& commit : commits) {
    if (commit.hash == hash) return commit;
  }
  return std::nullopt;
}

// Takes hidden weights one step further. What the chain does not know was
// revealed, or never committed to, or missed its time: the newest is then
// committed to, an older one forgotten.
absl::Status AdvanceHidden(StateFile& state, const chain::Keypair& validator,
                           chain::Client& client, const HiddenIntent& hidden,
                           bool newest) {
  SN37_ASSIGN_OR_RETURN(const std::optional<chain::WeightsCommit> commit,
                        FindCommit(client, validator, hidden));
  if (commit.has_value()) {
    SN37_ASSIGN_OR_RETURN(const chain::Block head, client.Head());
    if (head.number < commit->first_reveal) return absl::OkStatus();
    SN37_RETURN_IF_ERROR(
        Annotate(client.RevealWeights(validator, hidden.netuid, hidden.weights),
                 "revealing weights"));
    return state.ForgetHidden(hidden.sync_block);
  }
  SN37_ASSIGN_OR_RETURN(const chain::Metagraph graph,
                        client.GetMetagraph(hidden.netuid));
  SN37_ASSIGN_OR_RETURN(const chain::Neuron neuron,
                        FindNeuron(graph, hidden.netuid, hidden.hotkey));
  SN37_ASSIGN_OR_RETURN(const bool revealed,
                        AlreadySet(client, hidden.netuid, hidden.sync_block,
                                   hidden.weights.weights, neuron));
  if (revealed || !newest) return state.ForgetHidden(hidden.sync_block);
  return Annotate(
      client.CommitWeights(
          validator, hidden.netuid,
          chain::HashOf(validator.public_key(), hidden.netuid, hidden.weights)),
      "committing to weights");
}

}  // namespace

std::optional<WeightsIntent> IntentOf(const EpochPlan& plan,
                                      const Decision& decision,
                                      absl::string_view validator) {
  if (decision.weights().empty()) return std::nullopt;
  WeightsIntent intent;
  intent.sync_block = static_cast<int64_t>(plan.sync_block());
  intent.netuid = static_cast<uint16_t>(plan.netuid());
  intent.hotkey = std::string(validator);
  intent.version_key = plan.schedule().version_key();
  for (const SubnetWeight& weight : decision.weights()) {
    intent.weights.push_back({static_cast<uint16_t>(weight.uid()),
                              static_cast<uint16_t>(weight.value())});
  }
  return intent;
}

absl::StatusOr<bool> HasIntents(StateFile& state) {
  SN37_ASSIGN_OR_RETURN(const auto intent, state.PendingIntent());
  if (intent.has_value()) return true;
  SN37_ASSIGN_OR_RETURN(const auto hidden, state.Hidden());
  return !hidden.empty();
}

absl::Status FinishIntents(StateFile& state, const chain::Keypair& validator,
                           chain::Client& client) {
  SN37_RETURN_IF_ERROR(FinishIntent(state, validator, client));
  SN37_ASSIGN_OR_RETURN(const std::vector<HiddenIntent> hidden, state.Hidden());
  for (size_t i = 0; i < hidden.size(); ++i) {
    const bool newest = i + 1 == hidden.size();
    SN37_RETURN_IF_ERROR(
        AdvanceHidden(state, validator, client, hidden[i], newest));
  }
  return absl::OkStatus();
}

}  // namespace sn37::jobs
