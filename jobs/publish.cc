#include "jobs/publish.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "chain/operations.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

// What could not be done now is left to the next run.
bool NoRetry() { return false; }

// Weights are sent by the validator that decided on them and by no other.
absl::Status CheckKey(const chain::Keypair& validator, absl::string_view hotkey,
                      int64_t sync_block) {
  if (validator.address() == hotkey) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the weights of epoch ", sync_block, " are to be sent by ",
                   hotkey, ", and this run has the key of ",
                   validator.address(), "; run it once with the former's"));
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

absl::Status FinishIntent(StateFile& state, const chain::Keypair& validator,
                          chain::Client& client, const WeightsIntent& intent) {
  SN37_RETURN_IF_ERROR(CheckKey(validator, intent.hotkey, intent.sync_block));
  SN37_ASSIGN_OR_RETURN(const chain::Metagraph graph,
                        client.GetMetagraph(intent.netuid));
  const chain::NewWeights weights = {StillTheirs(intent, graph),
                                     intent.version_key,
                                     static_cast<uint64_t>(intent.since)};
  if (weights.weights.empty()) return state.ResolveIntent(intent.sync_block);
  const auto keep = [&](const chain::HiddenWeights& hidden) {
    return state.Hide(
        {intent.sync_block, intent.netuid, intent.hotkey, hidden});
  };
  SN37_RETURN_IF_ERROR(
      Annotate(chain::PublishWeights(client, validator, intent.netuid, weights,
                                     keep, NoRetry)
                   .status(),
               "publishing weights"));
  return state.ResolveIntent(intent.sync_block);
}

// Takes hidden weights one step further. What the chain does not know was
// revealed, or never committed to, or missed its time: the newest is then
// committed to, an older one forgotten.
absl::Status AdvanceHidden(StateFile& state, const chain::Keypair& validator,
                           chain::Client& client, const HiddenIntent& hidden,
                           bool newest) {
  SN37_ASSIGN_OR_RETURN(
      const std::optional<chain::WeightsCommit> commit,
      chain::CommitTo(client, hidden.hotkey, hidden.netuid, hidden.weights));
  if (commit.has_value()) {
    SN37_ASSIGN_OR_RETURN(const chain::Block head, client.Head());
    if (head.number < commit->first_reveal) return absl::OkStatus();
    SN37_RETURN_IF_ERROR(CheckKey(validator, hidden.hotkey, hidden.sync_block));
    SN37_RETURN_IF_ERROR(
        Annotate(chain::RevealAndConfirm(client, validator, hidden.netuid,
                                         hidden.weights, NoRetry)
                     .status(),
                 "revealing weights"));
    return state.ForgetHidden(hidden.sync_block);
  }
  if (!newest) return state.ForgetHidden(hidden.sync_block);
  SN37_ASSIGN_OR_RETURN(
      const std::optional<std::vector<chain::Weight>> revealed,
      chain::StoredSince(client, hidden.netuid, hidden.hotkey,
                         hidden.weights.weights,
                         static_cast<uint64_t>(hidden.sync_block)));
  if (revealed.has_value()) return state.ForgetHidden(hidden.sync_block);
  SN37_RETURN_IF_ERROR(CheckKey(validator, hidden.hotkey, hidden.sync_block));
  return Annotate(chain::HideAndConfirm(client, validator, hidden.netuid,
                                        hidden.weights, NoRetry)
                      .status(),
                  "committing to weights");
}

void AddError(const absl::Status& status, absl::Status& all) {
  if (status.ok()) return;
  all = all.ok() ? status
                 : absl::Status(all.code(), absl::StrCat(all.message(), "; ",
                                                         status.message()));
}

}  // namespace

std::optional<WeightsIntent> IntentOf(const EpochPlan& plan,
                                      const Decision& decision,
                                      absl::string_view validator,
                                      const chain::Block& head) {
  if (decision.weights().empty()) return std::nullopt;
  WeightsIntent intent;
  intent.sync_block = static_cast<int64_t>(plan.sync_block());
  intent.netuid = static_cast<uint16_t>(plan.netuid());
  intent.hotkey = std::string(validator);
  intent.version_key = plan.schedule().version_key();
  intent.since = static_cast<int64_t>(head.number);
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
  SN37_ASSIGN_OR_RETURN(const std::optional<WeightsIntent> intent,
                        state.PendingIntent());
  SN37_ASSIGN_OR_RETURN(const std::vector<HiddenIntent> hidden, state.Hidden());
  absl::Status errors;
  for (size_t i = 0; i < hidden.size(); ++i) {
    const bool newest = !intent.has_value() && i + 1 == hidden.size();
    AddError(AdvanceHidden(state, validator, client, hidden[i], newest),
             errors);
  }
  if (intent.has_value()) {
    AddError(FinishIntent(state, validator, client, *intent), errors);
  }
  return errors;
}

}  // namespace sn37::jobs
