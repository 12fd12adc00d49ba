#include "chain/subtensor/fate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/codec/hashers.h"
#include "chain/codec/value.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/state.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr size_t kHashBytes = 32;

absl::Status Refusal(absl::string_view name, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat(name, ": ", what));
}

// The place in a block's list of the extrinsic with that hash.
absl::StatusOr<std::optional<size_t>> FindExtrinsic(const json& extrinsics,
                                                    absl::string_view hash) {
  for (size_t i = 0; i < extrinsics.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(const std::string bytes, HexBytes(extrinsics[i]));
    if (ToHex(Blake2(bytes, kHashBytes)) == hash) return i;
  }
  return std::nullopt;
}

struct Ending {
  absl::Status status;
};

// From the event by which System says how the extrinsic at that place ended.
absl::StatusOr<Ending> EndingOf(const Metadata& metadata, const json& events,
                                size_t place) {
  for (const json& record : events) {
    const json* phase = FindField(record, "phase");
    const json* event = FindField(record, "event");
    if (phase == nullptr || event == nullptr) continue;
    const json* at = FindField(*phase, "ApplyExtrinsic");
    const json* system = FindField(*event, "System");
    if (at == nullptr || *at != json(place) || system == nullptr) continue;
    if (FindField(*system, "ExtrinsicSuccess") != nullptr) return Ending();
    const json* failed = FindField(*system, "ExtrinsicFailed");
    if (failed == nullptr) continue;
    const json* error = FindField(*failed, "dispatch_error");
    if (error != nullptr) return Ending{DispatchRefusal(metadata, *error)};
  }
  return absl::InternalError(
      "the block's events do not say how the call ended");
}

absl::StatusOr<Ending> ReadEnding(Rpc& rpc, Runtimes& runtimes,
                                  const Block& block,
                                  const std::string& parent_hash,
                                  size_t place) {
  // A block that brings a new runtime was made, and tells its events, by the
  // runtime before.
  SN37_ASSIGN_OR_RETURN(const std::shared_ptr<const Runtime> runtime,
                        runtimes.At(parent_hash));
  const State state(&rpc, runtime, block);
  SN37_ASSIGN_OR_RETURN(const json events,
                        state.Get("System", "Events", json::array()));
  return EndingOf(runtime->metadata, events, place);
}

// Not in a block.
Fate Without(Fate::Kind kind) { return {kind, Block(), absl::OkStatus()}; }

absl::StatusOr<uint64_t> NonceAt(Rpc& rpc, Runtimes& runtimes,
                                 const Block& block,
                                 const std::string& signer) {
  SN37_ASSIGN_OR_RETURN(std::shared_ptr<const Runtime> runtime,
                        runtimes.At(block.hash));
  const State state(&rpc, std::move(runtime), block);
  SN37_ASSIGN_OR_RETURN(const json account,
                        state.Get("System", "Account", json::array({signer})));
  const json* nonce = FindField(account, "nonce");
  if (nonce == nullptr) return absl::InternalError("an account has no nonce");
  return AsUint(*nonce, UINT64_MAX);
}

}  // namespace

absl::Status DispatchRefusal(const Metadata& metadata, const json& error) {
  if (error.is_string()) {
    return Refusal(error.get<std::string>(), "the runtime's dispatch error");
  }
  const json* module = FindField(error, "Module");
  if (module == nullptr) {  // {"Token": "FundsUnavailable"}
    const bool named = error.is_object() && error.size() == 1;
    const json inner = named ? error.begin().value() : json();
    return inner.is_string()
               ? Refusal(inner.get<std::string>(),
                         absl::StrCat("an error of ", error.begin().key()))
               : Refusal("DispatchError", Printable(CanonicalJson(error)));
  }
  const absl::StatusOr<int64_t> pallet = GetInt(*module, "index", 0, UINT8_MAX);
  const json* code = FindField(*module, "error");
  const absl::StatusOr<std::string> bytes =
      HexBytes(code == nullptr ? json() : *code);
  if (pallet.ok() && bytes.ok() && !bytes->empty()) {
    const absl::StatusOr<Metadata::Error> known = metadata.FindError(
        static_cast<uint8_t>(*pallet), static_cast<uint8_t>((*bytes)[0]));
    if (known.ok()) return Refusal(known->name, Printable(known->docs));
  }
  return Refusal("ModuleError", Printable(CanonicalJson(*module)));
}

absl::StatusOr<Fate> FateInBlock(Rpc& rpc, Runtimes& runtimes,
                                 const std::string& block_hash,
                                 const std::string& extrinsic_hash) {
  SN37_ASSIGN_OR_RETURN(
      const json answer,
      NodeAnswer(rpc.Call("chain_getBlock", json::array({block_hash}))));
  const json* block = FindField(answer, "block");
  const json* header = block ? FindField(*block, "header") : nullptr;
  const json* extrinsics = block ? FindField(*block, "extrinsics") : nullptr;
  const json* parent = header ? FindField(*header, "parentHash") : nullptr;
  if (parent == nullptr || extrinsics == nullptr || !extrinsics->is_array()) {
    return absl::NotFoundError(
        absl::StrCat("the node does not have block ", block_hash));
  }
  SN37_ASSIGN_OR_RETURN(const std::optional<size_t> place,
                        FindExtrinsic(*extrinsics, extrinsic_hash));
  if (!place.has_value()) return Fate();
  Fate fate = {Fate::kIncluded, {0, block_hash}, absl::OkStatus()};
  SN37_ASSIGN_OR_RETURN(fate.block.number, HeaderNumber(*header));
  SN37_ASSIGN_OR_RETURN(const std::string parent_hash, HashText(*parent));
  absl::StatusOr<Ending> ending =
      ReadEnding(rpc, runtimes, fate.block, parent_hash, *place);
  if (absl::IsNotFound(ending.status())) {
    ending = Ending{absl::UnknownError(
        absl::StrCat("in block ", fate.block.number,
                     ", whose events the node does not have any more"))};
  }
  SN37_RETURN_IF_ERROR(ending.status());
  fate.outcome = std::move(ending->status);
  return fate;
}

absl::StatusOr<Fate> FindFate(Rpc& rpc, Runtimes& runtimes,
                              const Write& write) {
  SN37_ASSIGN_OR_RETURN(
      const json head,
      NodeAnswer(rpc.Call("chain_getFinalizedHead", json::array())));
  Block finalized;
  SN37_ASSIGN_OR_RETURN(finalized.hash, HashText(head));
  SN37_ASSIGN_OR_RETURN(
      const json header,
      NodeAnswer(rpc.Call("chain_getHeader", json::array({finalized.hash}))));
  SN37_ASSIGN_OR_RETURN(finalized.number, HeaderNumber(header));
  SN37_ASSIGN_OR_RETURN(const uint64_t nonce,
                        NonceAt(rpc, runtimes, finalized, write.signer));
  const bool over = finalized.number >= write.last_block;
  if (nonce <= write.nonce) return Without(over ? Fate::kNever : Fate::kOpen);
  const uint64_t last = std::min(finalized.number, write.last_block);
  for (uint64_t number = write.first_block; number <= last; ++number) {
    SN37_ASSIGN_OR_RETURN(
        const json answer,
        NodeAnswer(rpc.Call("chain_getBlockHash", json::array({number}))));
    SN37_ASSIGN_OR_RETURN(const std::string hash, HashText(answer));
    SN37_ASSIGN_OR_RETURN(Fate fate,
                          FateInBlock(rpc, runtimes, hash, write.extrinsic));
    if (fate.kind == Fate::kIncluded) return fate;
  }
  return Without(Fate::kNever);  // another call of the signer took its nonce
}

}  // namespace sn37::chain
