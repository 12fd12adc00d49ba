// Commitments: text and block of each hotkey, from one map of one block.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/reads.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// The bytes of {"fields": [{"Raw5": "0x…"}, …]}.
absl::StatusOr<std::string> TextOf(const json& info) {
  const json* fields = FindField(info, "fields");
  if (fields == nullptr || !fields->is_array()) {
    return absl::InternalError("a commitment without fields");
  }
  if (fields->empty() || !fields->front().is_object()) return "";
  const auto data = fields->front().begin();
  const bool raw =
      absl::StartsWith(data.key(), "Raw") || data.key() == "BigRaw";
  return raw ? HexBytes(data.value()) : std::string();
}

}  // namespace

absl::StatusOr<Commitments> ReadCommitments(const State& state,
                                            uint16_t netuid) {
  SN37_RETURN_IF_ERROR(CheckSubnet(state, netuid));
  SN37_ASSIGN_OR_RETURN(
      const std::vector<State::Entry> entries,
      state.GetAll(kCommitments, "CommitmentOf", json::array({netuid})));
  Commitments all = {state.block(), {}};
  for (const State::Entry& entry : entries) {
    const json* block = FindField(entry.value, "block");
    const json* info = FindField(entry.value, "info");
    if (entry.arguments.size() != 2 || !entry.arguments[1].is_string() ||
        block == nullptr || info == nullptr) {
      return absl::InternalError("a commitment without hotkey, block or info");
    }
    Commitment commitment;
    commitment.hotkey = entry.arguments[1].get<std::string>();
    SN37_ASSIGN_OR_RETURN(commitment.block, AsUint(*block, UINT32_MAX));
    SN37_ASSIGN_OR_RETURN(commitment.text, TextOf(*info));
    all.commitments.push_back(std::move(commitment));
  }
  std::sort(all.commitments.begin(), all.commitments.end(),
            [](const Commitment& a, const Commitment& b) {
              return a.hotkey < b.hotkey;
            });
  return all;
}

}  // namespace sn37::chain
