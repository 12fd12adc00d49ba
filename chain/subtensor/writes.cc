// The writes of client.h as calls of the runtime.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chain/codec/ss58.h"
#include "chain/codec/value.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/reads.h"
#include "chain/subtensor/subtensor.h"
#include "chain/timelock.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

json Call(absl::string_view pallet, absl::string_view function,
          json arguments) {
  json inner = json::object();
  inner[std::string(function)] = std::move(arguments);
  json outer = json::object();
  outer[std::string(pallet)] = std::move(inner);
  return outer;
}

struct Vectors {
  json uids = json::array(), values = json::array();
};
Vectors Split(absl::Span<const Weight> weights) {
  Vectors vectors;
  for (const Weight& weight : weights) {
    vectors.uids.push_back(weight.uid);
    vectors.values.push_back(weight.value);
  }
  return vectors;
}

}  // namespace

absl::StatusOr<Block> Subtensor::Send(const Keypair& signer, const json& call) {
  SN37_RETURN_IF_ERROR(Finalized().status());
  return sender_->Send(signer, call);
}

absl::StatusOr<uint16_t> Subtensor::Register(const Keypair& coldkey,
                                             uint16_t netuid,
                                             absl::string_view hotkey) {
  const std::string address(hotkey);
  SN37_RETURN_IF_ERROR(DecodeSs58(address).status());
  SN37_ASSIGN_OR_RETURN(
      Block block,
      Send(coldkey, Call(kSubtensor, "burned_register",
                         {{"netuid", netuid}, {"hotkey", address}})));
  SN37_ASSIGN_OR_RETURN(std::shared_ptr<const Runtime> runtime,
                        runtimes_.At(block.hash));
  const State state(rpc_.get(), std::move(runtime), std::move(block));
  SN37_ASSIGN_OR_RETURN(
      const json uid,
      state.Get(kSubtensor, "Uids", json::array({netuid, address})));
  SN37_ASSIGN_OR_RETURN(const uint64_t slot, AsUint(uid, UINT16_MAX));
  return static_cast<uint16_t>(slot);
}

absl::Status Subtensor::Commit(const Keypair& hotkey, uint16_t netuid,
                               absl::string_view text) {
  if (text.size() > kMaxCommitmentBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a commitment of ", text.size(), " bytes: at most ",
                     kMaxCommitmentBytes, " fit"));
  }
  json data = json::object();
  data[absl::StrCat("Raw", text.size())] = ToHex(text);
  const json info = {{"fields", json::array({data})}};
  return Send(hotkey, Call(kCommitments, "set_commitment",
                           {{"netuid", netuid}, {"info", info}}))
      .status();
}

absl::Status Subtensor::SetWeights(const Keypair& hotkey, uint16_t netuid,
                                   absl::Span<const Weight> weights,
                                   uint64_t version_key) {
  const Vectors vectors = Split(weights);
  return Send(hotkey, Call(kSubtensor, "set_weights",
                           {{"netuid", netuid},
                            {"dests", vectors.uids},
                            {"weights", vectors.values},
                            {"version_key", absl::StrCat(version_key)}}))
      .status();
}

absl::Status Subtensor::CommitWeights(const Keypair& hotkey, uint16_t netuid,
                                      const WeightsHash& hash) {
  const std::string hex =
      ToHex({reinterpret_cast<const char*>(hash.data()), hash.size()});
  return Send(hotkey, Call(kSubtensor, "commit_weights",
                           {{"netuid", netuid}, {"commit_hash", hex}}))
      .status();
}

absl::Status Subtensor::RevealWeights(const Keypair& hotkey, uint16_t netuid,
                                      const HiddenWeights& hidden) {
  const Vectors vectors = Split(hidden.weights);
  return Send(hotkey, Call(kSubtensor, "reveal_weights",
                           {{"netuid", netuid},
                            {"uids", vectors.uids},
                            {"values", vectors.values},
                            {"salt", hidden.salt},
                            {"version_key", absl::StrCat(hidden.version_key)}}))
      .status();
}

absl::Status Subtensor::CommitTimelockedWeights(
    const Keypair& hotkey, uint16_t netuid, absl::Span<const Weight> weights,
    uint64_t version_key) {
  SN37_ASSIGN_OR_RETURN(const Block newest, Head());
  SN37_ASSIGN_OR_RETURN(const State head, StateAt(newest.number));
  if (!head.HasCall(kSubtensor, kCommitTimelocked)) {
    return absl::FailedPreconditionError(absl::StrCat(
        kIncorrectCommitRevealVersion, ": runtime ",
        head.runtime().version.spec, " has no ", kCommitTimelocked));
  }
  SN37_ASSIGN_OR_RETURN(const uint64_t round, ReadTimelockRound(head, netuid));
  SN37_ASSIGN_OR_RETURN(
      const std::string encrypted,
      EncryptToRound(TimelockPayload(hotkey.public_key(), weights, version_key),
                     round));
  return Send(hotkey, Call(kSubtensor, kCommitTimelocked,
                           {{"netuid", netuid},
                            {"commit", ToHex(encrypted)},
                            {"reveal_round", absl::StrCat(round)},
                            {"commit_reveal_version", kTimelockVersion}}))
      .status();
}

}  // namespace sn37::chain
