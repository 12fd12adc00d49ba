// The embedded ledger: a whole chain in one SQLite file, for demos, tests and
// a subnet's own rehearsals. It follows the real chain's rules where a program
// can tell the difference: rate limits, version key, permits, upscaled weights,
// the chain's names of refusals, commit and reveal. It has no fees and finality
// at once, and keeps timelocked weights in the clear; README.md of chain lists
// the differences.
//
//   SN37_ASSIGN_OR_RETURN(std::unique_ptr<Ledger> ledger,
//                         Ledger::Open(home + "/ledger.db", {}));
//   SN37_RETURN_IF_ERROR(ledger->AddSubnet(37, {}));
//   SN37_RETURN_IF_ERROR(ledger->Commit(miner, 37, "…"));
//   SN37_RETURN_IF_ERROR(ledger->Advance(360));
//
// Time stands still unless AdvanceTo or Advance is called. Everything is kept
// with its block, so that any past block can be read. A write is a signed call
// (call.h) whose signature and nonce are checked as if it came from a stranger;
// accepted calls are kept. The operator's methods at the end are unsigned: who
// may write the file may do all of it.
//
// Block n has the hash "0x" + hex(SHA-256("sn37 ledger block\n" + seed + "\n" +
// n in decimal)), whatever happened in it: a fixed seed makes a rehearsal
// repeatable. The genesis hash is that of block 0.
#ifndef CHAIN_LOCAL_LEDGER_H_
#define CHAIN_LOCAL_LEDGER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "chain/client.h"
#include "chain/local/call.h"
#include "sn37/base/sqlite.h"

namespace sn37::chain {

// What a new ledger starts from; an existing one keeps its own.
struct Genesis {
  std::string seed = "sn37";
  uint64_t block = 0;  // the first head, at most kMaxBlock
};

inline constexpr uint64_t kMaxBlock = UINT32_MAX;  // as on the chain

struct SubnetOptions {
  Hyperparameters hyperparameters;
  // Blocks between two commitments of a hotkey, as runtime 218 has it.
  uint64_t commitment_rate_limit = 100;
  uint16_t max_neurons = 256;  // slots
};

// Thread-safe. Several processes may open the same file (sqlite.h).
class Ledger : public Client {
 public:
  // Opens or creates `path`; errors as in sn37/base/sqlite.h. An older format
  // is migrated, an unknown one refused.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(const std::string& path,
                                                      const Genesis& genesis);

  absl::StatusOr<Block> Head() override;
  absl::StatusOr<Block> Finalized() override { return Head(); }
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
  // Weights that could not be revealed are refused at once.
  absl::Status CommitTimelockedWeights(const Keypair& hotkey, uint16_t netuid,
                                       absl::Span<const Weight> weights,
                                       uint64_t version_key) override;
  absl::StatusOr<std::vector<WeightsCommit>> GetWeightsCommits(
      uint16_t netuid, absl::string_view hotkey) override;

  // The nonce of the next call of `signer`, and what such a call signs.
  absl::StatusOr<uint64_t> NextNonce(absl::string_view signer);
  const std::string& genesis_hash() const { return genesis_hash_; }

  // Checks and applies a call signed by anyone. Unauthenticated: the signature
  // does not verify; Unavailable: not the signer's next nonce.
  absl::Status Submit(const SignedCall& call);

  // The operator's own. A subnet that exists gets the new options; a stake
  // counts from the head on.
  absl::Status AddSubnet(uint16_t netuid, const SubnetOptions& options);
  absl::Status SetStake(uint16_t netuid, absl::string_view hotkey,
                        uint64_t stake, bool validator_permit);
  // Moves the head forward; to where it is already does nothing, back is an
  // InvalidArgument.
  absl::Status AdvanceTo(uint64_t block);
  absl::Status Advance(uint64_t blocks);

 private:
  Ledger(Database db, std::string seed, std::string genesis_hash)
      : db_(std::move(db)),
        seed_(std::move(seed)),
        genesis_hash_(std::move(genesis_hash)) {}

  // All below read or write inside the caller's transaction.
  absl::StatusOr<uint64_t> HeadNumber() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<uint64_t> Resolve(std::optional<uint64_t> block)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<SubnetOptions> Subnet(uint16_t netuid)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Metagraph> MetagraphAt(uint16_t netuid, uint64_t block)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<std::optional<Neuron>> FindNeuron(uint16_t netuid,
                                                   absl::string_view hotkey)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckSignature(const SignedCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<uint64_t> NonceOf(absl::string_view signer)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Apply(absl::string_view signer, const RegisterCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Apply(absl::string_view signer, const CommitCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Apply(absl::string_view signer, const SetWeightsCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Apply(absl::string_view signer, const CommitWeightsCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Apply(absl::string_view signer, const RevealWeightsCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Apply(absl::string_view signer,
                     const CommitTimelockedWeightsCall& call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Stores weights of `signer` that `rules` allow, to count from block `from`.
  absl::Status StoreWeights(absl::string_view signer,
                            const SetWeightsCall& call,
                            const Hyperparameters& rules, uint64_t from,
                            bool revealed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Stores a commit of `signer` that `rules` allow; `reveal` is the block in
  // which a timelocked one is revealed.
  absl::Status StoreCommit(absl::string_view signer, uint16_t netuid,
                           const Hyperparameters& rules,
                           const WeightsHash& hash,
                           std::optional<uint64_t> reveal)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Not revealed, those that have expired too, oldest first.
  absl::StatusOr<std::vector<WeightsCommit>> CommitsOf(
      uint16_t netuid, absl::string_view hotkey, const Hyperparameters& rules)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Block BlockOf(uint64_t number) const;
  absl::Status Send(const Keypair& signer, Call call);

  absl::Mutex mutex_;
  Database db_ ABSL_GUARDED_BY(mutex_);
  const std::string seed_;
  const std::string genesis_hash_;
};

}  // namespace sn37::chain

#endif  // CHAIN_LOCAL_LEDGER_H_
