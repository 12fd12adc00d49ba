// The real chain: client.h over a node of Subtensor. What the runtime tells in
// its metadata is taken from there, at the block that is read.
//
//   SN37_ASSIGN_OR_RETURN(std::unique_ptr<Rpc> rpc, …);   // websocket_rpc.h
//   SN37_ASSIGN_OR_RETURN(std::unique_ptr<Subtensor> chain,
//                         Subtensor::Open(std::move(rpc), options));
//   chain->GetMetagraph(37);
//
// Reads of "the newest" are of the newest finalized block. They and writes fail
// while the node's clock is behind (SubtensorOptions::max_age). How a write
// goes on: sender.h.
#ifndef CHAIN_SUBTENSOR_SUBTENSOR_H_
#define CHAIN_SUBTENSOR_SUBTENSOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "chain/client.h"
#include "chain/subtensor/rpc.h"
#include "chain/subtensor/runtime.h"
#include "chain/subtensor/sender.h"
#include "chain/subtensor/state.h"
#include "sn37/base/json.h"

namespace sn37::chain {

struct SubtensorOptions {
  SendOptions send;
  // File in which writes are kept until their end is known (chain/journal.h);
  // empty: none, and a crash may leave one in doubt that nobody asks for.
  std::string journal;
  // The newest finalized block may be so old. It is a minute old where all is
  // well; an older one says that the node does not follow the chain, or that
  // this machine's clock is wrong.
  absl::Duration max_age = absl::Minutes(10);
  // This machine's clock.
  std::function<absl::Time()> now = absl::Now;
};

// Thread-safe.
class Subtensor : public Client {
 public:
  // Also asks the chain about the writes that the journal has as open.
  static absl::StatusOr<std::unique_ptr<Subtensor>> Open(
      std::unique_ptr<Rpc> rpc, const SubtensorOptions& options);

  absl::StatusOr<Block> Head() override;
  absl::StatusOr<Block> Finalized() override;
  absl::StatusOr<Block> GetBlock(uint64_t number) override;
  absl::StatusOr<Metagraph> GetMetagraph(
      uint16_t netuid, std::optional<uint64_t> block = std::nullopt) override;
  absl::StatusOr<Commitments> GetCommitments(
      uint16_t netuid, std::optional<uint64_t> block = std::nullopt) override;
  absl::StatusOr<std::vector<Weight>> GetWeights(
      uint16_t netuid, uint16_t uid,
      std::optional<uint64_t> block = std::nullopt) override;
  absl::StatusOr<Hyperparameters> GetHyperparameters(uint16_t netuid) override;

  absl::StatusOr<uint16_t> Register(const Keypair& coldkey, uint16_t netuid,
                                    absl::string_view hotkey) override;
  absl::Status Commit(const Keypair& hotkey, uint16_t netuid,
                      absl::string_view text) override;
  absl::Status SetWeights(const Keypair& hotkey, uint16_t netuid,
                          absl::Span<const Weight> weights,
                          uint64_t version_key) override;
  absl::Status CommitWeights(const Keypair& hotkey, uint16_t netuid,
                             const WeightsHash& hash) override;
  absl::Status RevealWeights(const Keypair& hotkey, uint16_t netuid,
                             const HiddenWeights& hidden) override;
  absl::Status CommitTimelockedWeights(const Keypair& hotkey, uint16_t netuid,
                                       absl::Span<const Weight> weights,
                                       uint64_t version_key) override;
  absl::StatusOr<std::vector<WeightsCommit>> GetWeightsCommits(
      uint16_t netuid, absl::string_view hotkey) override;

  // All of the state at a block, for what client.h does not have; NotFound for
  // a block that does not exist. It must not outlive this object.
  absl::StatusOr<State> StateAt(std::optional<uint64_t> block);

  Rpc& rpc() { return *rpc_; }
  Sender& sender() { return *sender_; }

 private:
  Subtensor(std::unique_ptr<Rpc> rpc, const SubtensorOptions& options)
      : rpc_(std::move(rpc)),
        runtimes_(rpc_.get()),
        max_age_(options.max_age),
        now_(options.now) {}

  absl::StatusOr<Block> BlockWith(const nlohmann::json& hash);
  // Through the sender, to a node whose clock is not behind.
  absl::StatusOr<Block> Send(const Keypair& signer, const nlohmann::json& call);
  absl::Status CheckAge(const State& newest) const;

  const std::unique_ptr<Rpc> rpc_;
  Runtimes runtimes_;
  const absl::Duration max_age_;
  const std::function<absl::Time()> now_;
  std::unique_ptr<Sender> sender_;
};

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_SUBTENSOR_H_
