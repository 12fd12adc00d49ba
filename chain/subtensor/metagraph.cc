// The metagraph: by the runtime's own API, or put together from storage.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/reads.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr char kApi[] = "SubnetInfoRuntimeApi";
constexpr char kMethod[] = "get_metagraph";
// What FromApi reads of the seventy that there are.
constexpr absl::string_view kFields[] = {
    "hotkeys",    "coldkeys",    "validator_permit",     "last_update",
    "incentives", "alpha_stake", "block_at_registration"};

absl::Status NoSubnet(const State& state, uint16_t netuid) {
  return absl::NotFoundError(
      absl::StrCat("SubnetNotExists: there is no subnet ", netuid, " at block ",
                   state.block().number));
}

absl::StatusOr<std::string> Address(const json& value) {
  if (!value.is_string()) return absl::InternalError("an account is no text");
  return value.get<std::string>();
}

// The vectors of a subnet's neurons that are alike in API and storage.
struct Columns {
  const json *permits, *updates, *incentives;
};

// A neuron of which everything but its keys, stake and registration is in
// `columns`.
absl::Status FillFrom(const Columns& columns, size_t uid, Neuron& neuron) {
  neuron.uid = static_cast<uint16_t>(uid);
  neuron.validator_permit = (*columns.permits)[uid] == json(true);
  SN37_ASSIGN_OR_RETURN(neuron.last_update,
                        AsUint((*columns.updates)[uid], UINT64_MAX));
  SN37_ASSIGN_OR_RETURN(const uint64_t incentive,
                        AsUint((*columns.incentives)[uid], UINT16_MAX));
  neuron.incentive = static_cast<uint16_t>(incentive);
  return absl::OkStatus();
}

absl::StatusOr<Metagraph> FromApi(const State& state, uint16_t netuid,
                                  const json& answer) {
  const json* hotkeys = FindField(answer, "hotkeys");
  if (hotkeys == nullptr || !hotkeys->is_array() ||
      hotkeys->size() > UINT16_MAX) {
    return absl::InternalError("a metagraph without hotkeys");
  }
  const size_t n = hotkeys->size();
  Columns columns;
  SN37_ASSIGN_OR_RETURN(columns.permits,
                        ArrayOf(answer, "validator_permit", n));
  SN37_ASSIGN_OR_RETURN(columns.updates, ArrayOf(answer, "last_update", n));
  SN37_ASSIGN_OR_RETURN(columns.incentives, ArrayOf(answer, "incentives", n));
  SN37_ASSIGN_OR_RETURN(const json* coldkeys, ArrayOf(answer, "coldkeys", n));
  SN37_ASSIGN_OR_RETURN(const json* stakes, ArrayOf(answer, "alpha_stake", n));
  SN37_ASSIGN_OR_RETURN(const json* registered,
                        ArrayOf(answer, "block_at_registration", n));
  Metagraph graph = {netuid, state.block(), {}};
  for (size_t uid = 0; uid < n; ++uid) {
    Neuron neuron;
    SN37_RETURN_IF_ERROR(FillFrom(columns, uid, neuron));
    SN37_ASSIGN_OR_RETURN(neuron.hotkey, Address((*hotkeys)[uid]));
    SN37_ASSIGN_OR_RETURN(neuron.coldkey, Address((*coldkeys)[uid]));
    SN37_ASSIGN_OR_RETURN(neuron.stake, AsUint((*stakes)[uid], UINT64_MAX));
    SN37_ASSIGN_OR_RETURN(neuron.registered_at,
                          AsUint((*registered)[uid], UINT64_MAX));
    graph.neurons.push_back(std::move(neuron));
  }
  return graph;
}

// The owner and stake of each neuron's hotkey.
absl::Status ReadOwners(const State& state, Metagraph& graph) {
  std::vector<StorageItem> items;
  for (const Neuron& neuron : graph.neurons) {
    items.push_back({kSubtensor, "Owner", json::array({neuron.hotkey})});
    items.push_back({kSubtensor, "TotalHotkeyAlpha",
                     json::array({neuron.hotkey, graph.netuid})});
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<json> values, state.GetMany(items));
  for (size_t uid = 0; uid < graph.neurons.size(); ++uid) {
    Neuron& neuron = graph.neurons[uid];
    SN37_ASSIGN_OR_RETURN(neuron.coldkey, Address(values[2 * uid]));
    SN37_ASSIGN_OR_RETURN(neuron.stake,
                          AsUint(values[2 * uid + 1], UINT64_MAX));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSubnet(const State& state, uint16_t netuid) {
  SN37_ASSIGN_OR_RETURN(
      const json exists,
      state.Get(kSubtensor, "NetworksAdded", json::array({netuid})));
  return exists == json(true) ? absl::OkStatus() : NoSubnet(state, netuid);
}

absl::StatusOr<Metagraph> ReadMetagraph(const State& state, uint16_t netuid) {
  if (!state.HasMethod(kApi, kMethod)) {
    return ReadMetagraphFromStorage(state, netuid);
  }
  SN37_ASSIGN_OR_RETURN(
      const json answer,
      state.CallApi(kApi, kMethod, json::array({netuid}), kFields));
  if (answer.is_null()) return NoSubnet(state, netuid);
  absl::StatusOr<Metagraph> graph = FromApi(state, netuid, answer);
  SN37_RETURN_IF_ERROR(
      Annotate(graph.status(), absl::StrCat("the metagraph of ", netuid)));
  return graph;
}

absl::StatusOr<Metagraph> ReadMetagraphFromStorage(const State& state,
                                                   uint16_t netuid) {
  const json subnet = json::array({netuid});
  SN37_ASSIGN_OR_RETURN(const std::vector<json> columns,
                        state.GetMany({{kSubtensor, "NetworksAdded", subnet},
                                       {kSubtensor, "SubnetworkN", subnet},
                                       {kSubtensor, "ValidatorPermit", subnet},
                                       {kSubtensor, "LastUpdate", subnet},
                                       {kSubtensor, "Incentive", subnet}}));
  if (columns[0] != json(true)) return NoSubnet(state, netuid);
  SN37_ASSIGN_OR_RETURN(const uint64_t n, AsUint(columns[1], UINT16_MAX));
  for (size_t i = 2; i < columns.size(); ++i) {
    if (!columns[i].is_array() || columns[i].size() != n) {
      return absl::InternalError(absl::StrCat("subnet ", netuid, " has ", n,
                                              " neurons and values of ",
                                              columns[i].size()));
    }
  }
  std::vector<StorageItem> items;
  for (uint64_t uid = 0; uid < n; ++uid) {
    const json slot = json::array({netuid, uid});
    items.push_back({kSubtensor, "Keys", slot});
    items.push_back({kSubtensor, "BlockAtRegistration", slot});
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<json> slots, state.GetMany(items));
  Metagraph graph = {netuid, state.block(), {}};
  for (size_t uid = 0; uid < n; ++uid) {
    Neuron neuron;
    SN37_RETURN_IF_ERROR(
        FillFrom({&columns[2], &columns[3], &columns[4]}, uid, neuron));
    SN37_ASSIGN_OR_RETURN(neuron.hotkey, Address(slots[2 * uid]));
    SN37_ASSIGN_OR_RETURN(neuron.registered_at,
                          AsUint(slots[2 * uid + 1], UINT64_MAX));
    graph.neurons.push_back(std::move(neuron));
  }
  SN37_RETURN_IF_ERROR(ReadOwners(state, graph));
  return graph;
}

}  // namespace sn37::chain
