#include "jobs/publish.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
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
absl::StatusOr<bool> AlreadySet(chain::Client& client,
                                const WeightsIntent& intent,
                                const std::vector<chain::Weight>& weights,
                                const chain::Neuron& neuron) {
  if (static_cast<int64_t>(neuron.last_update) < intent.sync_block) {
    return false;
  }
  SN37_ASSIGN_OR_RETURN(std::vector<chain::Weight> stored,
                        client.GetWeights(intent.netuid, neuron.uid));
  return stored == chain::MaxUpscale(weights);
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
  SN37_ASSIGN_OR_RETURN(bool already,
                        AlreadySet(client, *intent, weights, neuron));
  if (!already && !weights.empty()) {
    SN37_RETURN_IF_ERROR(
        Annotate(client.SetWeights(validator, intent->netuid, weights,
                                   intent->version_key),
                 "setting weights"));
  }
  return state.ResolveIntent(intent->sync_block);
}

}  // namespace sn37::jobs
