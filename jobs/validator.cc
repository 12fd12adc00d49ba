#include "jobs/validator.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

absl::Status CheckSlot(const chain::Metagraph& graph,
                       absl::string_view hotkey) {
  const auto slot = std::find_if(
      graph.neurons.begin(), graph.neurons.end(),
      [&](const chain::Neuron& neuron) { return neuron.hotkey == hotkey; });
  if (slot == graph.neurons.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the validator's hotkey ", hotkey, " has no slot on ",
                     "subnet ", graph.netuid, "; register it"));
  }
  if (!slot->validator_permit) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the validator's hotkey ", hotkey, " has no validator's permit on ",
        "subnet ", graph.netuid, "; it needs more stake"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckValidator(chain::Client& chain, const Schedule& schedule,
                            absl::string_view hotkey) {
  const uint16_t netuid = static_cast<uint16_t>(schedule.netuid());
  SN37_ASSIGN_OR_RETURN(const chain::Block block, chain.Finalized());
  if (static_cast<int64_t>(block.number) < schedule.genesis_block()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the schedule begins at block ", schedule.genesis_block(),
                     ", the chain is at ", block.number,
                     ": the schedule of another chain?"));
  }
  SN37_ASSIGN_OR_RETURN(const chain::Hyperparameters rules,
                        chain.GetHyperparameters(netuid));
  if (schedule.version_key() < rules.weights_version) {
    return absl::FailedPreconditionError(absl::StrCat(
        "subnet ", netuid, " takes weights by version key ",
        rules.weights_version, " or later, the schedule has ",
        schedule.version_key(), "; get the subnet's new schedule"));
  }
  SN37_ASSIGN_OR_RETURN(const chain::Metagraph graph,
                        chain.GetMetagraph(netuid));
  return CheckSlot(graph, hotkey);
}

}  // namespace sn37::jobs
