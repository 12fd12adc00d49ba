// Blocks and reads. Writes: writes.cc.
#include "chain/subtensor/subtensor.h"

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "chain/subtensor/answers.h"
#include "chain/subtensor/reads.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {

using nlohmann::json;

absl::StatusOr<std::unique_ptr<Subtensor>> Subtensor::Open(
    std::unique_ptr<Rpc> rpc, const SubtensorOptions& options) {
  auto chain = absl::WrapUnique(new Subtensor(std::move(rpc), options));
  SN37_ASSIGN_OR_RETURN(
      const json genesis,
      NodeAnswer(chain->rpc_->Call("chain_getBlockHash", json::array({0}))));
  SN37_ASSIGN_OR_RETURN(const std::string text, HashText(genesis));
  SN37_ASSIGN_OR_RETURN(const BlockHash genesis_hash, HashBytes(text));
  std::optional<Journal> journal;
  if (!options.journal.empty()) {
    SN37_ASSIGN_OR_RETURN(journal, Journal::Open(options.journal));
  }
  chain->sender_ =
      std::make_unique<Sender>(chain->rpc_.get(), &chain->runtimes_,
                               genesis_hash, options.send, std::move(journal));
  chain->sender_->Settle();
  return chain;
}

absl::StatusOr<Block> Subtensor::BlockWith(const json& hash) {
  Block block;
  SN37_ASSIGN_OR_RETURN(block.hash, HashText(hash));
  SN37_ASSIGN_OR_RETURN(
      const json header,
      NodeAnswer(rpc_->Call("chain_getHeader", json::array({block.hash}))));
  SN37_ASSIGN_OR_RETURN(block.number, HeaderNumber(header));
  return block;
}

absl::StatusOr<Block> Subtensor::Head() {
  SN37_ASSIGN_OR_RETURN(
      const json hash,
      NodeAnswer(rpc_->Call("chain_getBlockHash", json::array())));
  return BlockWith(hash);
}

absl::StatusOr<Block> Subtensor::Finalized() {
  SN37_ASSIGN_OR_RETURN(const State newest, StateAt(std::nullopt));
  return newest.block();
}

absl::StatusOr<Block> Subtensor::GetBlock(uint64_t number) {
  const absl::Status missing = absl::NotFoundError(
      absl::StrCat("block ", number, " does not exist yet"));
  if (number > UINT32_MAX) return missing;
  SN37_ASSIGN_OR_RETURN(
      const json hash,
      NodeAnswer(rpc_->Call("chain_getBlockHash", json::array({number}))));
  if (hash.is_null()) return missing;
  Block block = {number, ""};
  SN37_ASSIGN_OR_RETURN(block.hash, HashText(hash));
  return block;
}

absl::Status Subtensor::CheckAge(const State& newest) const {
  SN37_ASSIGN_OR_RETURN(const json now,
                        newest.Get("Timestamp", "Now", json::array()));
  SN37_ASSIGN_OR_RETURN(const uint64_t millis, AsUint(now, INT64_MAX));
  const absl::Duration age =
      now_() - absl::FromUnixMillis(static_cast<int64_t>(millis));
  if (age <= max_age_ && -age <= max_age_) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the newest finalized block of the node, ", newest.block().number,
      ", is ", age > absl::ZeroDuration() ? "" : "from the future by ",
      absl::FormatDuration(
          absl::Trunc(absl::AbsDuration(age), absl::Seconds(1))),
      age > absl::ZeroDuration() ? " old" : "",
      ": the node does not follow the chain, or a clock is wrong"));
}

absl::StatusOr<State> Subtensor::StateAt(std::optional<uint64_t> number) {
  Block block;
  if (number.has_value()) {
    SN37_ASSIGN_OR_RETURN(block, GetBlock(*number));
  } else {
    SN37_ASSIGN_OR_RETURN(
        const json hash,
        NodeAnswer(rpc_->Call("chain_getFinalizedHead", json::array())));
    SN37_ASSIGN_OR_RETURN(block, BlockWith(hash));
  }
  SN37_ASSIGN_OR_RETURN(std::shared_ptr<const Runtime> runtime,
                        runtimes_.At(block.hash));
  State state(rpc_.get(), std::move(runtime), std::move(block));
  if (!number.has_value()) SN37_RETURN_IF_ERROR(CheckAge(state));
  return state;
}

absl::StatusOr<Metagraph> Subtensor::GetMetagraph(
    uint16_t netuid, std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(const State state, StateAt(block));
  return ReadMetagraph(state, netuid);
}

absl::StatusOr<Commitments> Subtensor::GetCommitments(
    uint16_t netuid, std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(const State state, StateAt(block));
  return ReadCommitments(state, netuid);
}

absl::StatusOr<std::vector<Weight>> Subtensor::GetWeights(
    uint16_t netuid, uint16_t uid, std::optional<uint64_t> block) {
  SN37_ASSIGN_OR_RETURN(const State state, StateAt(block));
  return ReadWeights(state, netuid, uid);
}

absl::StatusOr<Hyperparameters> Subtensor::GetHyperparameters(uint16_t netuid) {
  SN37_ASSIGN_OR_RETURN(const State state, StateAt(std::nullopt));
  return ReadHyperparameters(state, netuid);
}

absl::StatusOr<std::vector<WeightsCommit>> Subtensor::GetWeightsCommits(
    uint16_t netuid, absl::string_view hotkey) {
  SN37_ASSIGN_OR_RETURN(const State state, StateAt(std::nullopt));
  return ReadWeightsCommits(state, netuid, hotkey);
}

}  // namespace sn37::chain
