// What a subnet program needs of the chain: one interface over the embedded
// ledger (chain/local) and the real network. Values are plain structs; it knows
// nothing of models, competitions or scores.
//
//   SN37_ASSIGN_OR_RETURN(chain::Block block, client.Finalized());
//   SN37_ASSIGN_OR_RETURN(chain::Metagraph graph,
//                         client.GetMetagraph(37, block.number));
//   SN37_RETURN_IF_ERROR(
//       client.SetWeights(hotkey, 37, {{0, 65535}, {3, 32768}}, 3010));
//
// Every implementation
//  1. answers a read from one block: the fields of one answer never mix two
//     states, and its `block` says which one. Without a block, reads answer for
//     the newest finalized one;
//  2. returns from a write only when the chain has accepted or refused it; what
//     was accepted is in every later read. A write answered Unavailable or
//     DeadlineExceeded may or may not have happened: read back before sending
//     it again;
//  3. never changes, retries or drops a weight or a text by itself;
//  4. may be called from several threads at once.
//
// Errors, by what the caller should do:
//   FailedPrecondition  the chain refused: the message begins with the chain's
//                       own name and a colon (the constants below)
//   InvalidArgument     it cannot be sent: malformed address, text too long
//   NotFound            no such block, subnet or neuron
//   Unavailable         the chain cannot be reached or is busy: try again
//   others              the store's own troubles (chain/local: sqlite.h)
#ifndef CHAIN_CLIENT_H_
#define CHAIN_CLIENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "chain/keys/keypair.h"

namespace sn37::chain {

// The longest commitment: one field of raw data.
inline constexpr size_t kMaxCommitmentBytes = 128;

// The chain's names of what callers act on. Others are passed on as they are.
inline constexpr char kSettingWeightsTooFast[] = "SettingWeightsTooFast";
inline constexpr char kIncorrectWeightVersionKey[] =
    "IncorrectWeightVersionKey";
inline constexpr char kHotKeyNotRegisteredInSubNet[] =
    "HotKeyNotRegisteredInSubNet";
inline constexpr char kNeuronNoValidatorPermit[] = "NeuronNoValidatorPermit";
inline constexpr char kHotKeyAlreadyRegisteredInSubNet[] =
    "HotKeyAlreadyRegisteredInSubNet";
inline constexpr char kAccountNotAllowedCommit[] = "AccountNotAllowedCommit";
inline constexpr char kCommitmentSetRateLimitExceeded[] =
    "CommitmentSetRateLimitExceeded";
// What newer runtimes say instead, which count bytes per epoch.
inline constexpr char kSpaceLimitExceeded[] = "SpaceLimitExceeded";
inline constexpr char kCommitRevealEnabled[] = "CommitRevealEnabled";
inline constexpr char kCommitRevealDisabled[] = "CommitRevealDisabled";
inline constexpr char kIncorrectCommitRevealVersion[] =
    "IncorrectCommitRevealVersion";
inline constexpr char kCommittingWeightsTooFast[] = "CommittingWeightsTooFast";
inline constexpr char kRevealTooEarly[] = "RevealTooEarly";
inline constexpr char kExpiredWeightCommit[] = "ExpiredWeightCommit";

// True if the chain refused with this name.
bool RefusedWith(const absl::Status& status, absl::string_view name);

struct Block {
  uint64_t number = 0;
  std::string hash;  // "0x" and 64 lower-case hex digits
};

// One slot of a subnet.
struct Neuron {
  uint16_t uid = 0;
  std::string hotkey;                  // SS58, who holds the slot now
  std::optional<std::string> coldkey;  // SS58, where the chain tells it
  uint64_t stake = 0;                  // rao (10^-9 TAO) of the subnet's stake
  bool validator_permit = false;
  uint16_t incentive = 0;      // share × 65535
  uint64_t last_update = 0;    // block of the last weights, or of registration
  uint64_t registered_at = 0;  // block
};

struct Metagraph {
  uint16_t netuid = 0;
  Block block;
  std::vector<Neuron> neurons;  // in order of uid
};

// A hotkey's newest commitment: text and block belong together.
struct Commitment {
  std::string hotkey;  // SS58
  uint64_t block = 0;  // when it was made
  std::string text;    // bytes from a stranger: not always UTF-8
};

struct Commitments {
  Block block;
  std::vector<Commitment> commitments;  // in order of hotkey
};

struct Weight {
  uint16_t uid = 0;
  uint16_t value = 0;  // relative to the others of the same vector

  friend bool operator==(const Weight&, const Weight&) = default;
};

// A vector that is committed to before it is shown (hidden_weights.h). Whoever
// is to reveal it must still have all of it.
struct HiddenWeights {
  std::vector<Weight> weights;
  std::vector<uint16_t> salt;  // random: else small vectors could be guessed
  uint64_t version_key = 0;

  friend bool operator==(const HiddenWeights&, const HiddenWeights&) = default;
};

using WeightsHash = std::array<uint8_t, 32>;

// A hotkey's commit that has not been revealed.
struct WeightsCommit {
  WeightsHash hash = {};      // of timelocked ones: of what was sent
  uint64_t block = 0;         // when it was made
  uint64_t first_reveal = 0;  // the blocks in which it can be revealed
  uint64_t last_reveal = 0;
  bool timelocked = false;  // then the chain itself reveals it

  friend bool operator==(const WeightsCommit&, const WeightsCommit&) = default;
};

// How a subnet takes weights.
enum class WeightsMode {
  kPlain = 0,         // SetWeights
  kCommitReveal = 1,  // CommitWeights, and RevealWeights in its time
  kTimelocked = 2,    // CommitTimelockedWeights; CommitWeights is taken as well
};

// "plain", "commit_reveal", "timelocked".
absl::string_view NameOf(WeightsMode mode);

struct Hyperparameters {
  uint16_t tempo = 360;               // blocks between two epochs of the chain
  uint64_t weights_rate_limit = 100;  // blocks between two vectors of a neuron
  uint16_t min_allowed_weights = 1;   // fewest entries of a vector
  uint16_t max_weight_limit = 65535;  // an entry's greatest share × 65535
  uint64_t weights_version = 0;       // least version key; 0 allows any
  WeightsMode weights_mode = WeightsMode::kPlain;
  uint64_t reveal_period = 1;  // epochs from a commit to its reveal

  friend bool operator==(const Hyperparameters&,
                         const Hyperparameters&) = default;
};

class Client {
 public:
  virtual ~Client() = default;

  // The newest block, and the newest that no reorganisation can take back.
  virtual absl::StatusOr<Block> Head() = 0;
  virtual absl::StatusOr<Block> Finalized() = 0;
  // NotFound for a block that does not exist yet.
  virtual absl::StatusOr<Block> GetBlock(uint64_t number) = 0;

  // All slots of a subnet, as of `block`.
  virtual absl::StatusOr<Metagraph> GetMetagraph(
      uint16_t netuid, std::optional<uint64_t> block = std::nullopt) = 0;

  // The newest commitment, as of `block`, of every hotkey that has one.
  virtual absl::StatusOr<Commitments> GetCommitments(
      uint16_t netuid, std::optional<uint64_t> block = std::nullopt) = 0;

  // The weights that a neuron's holder set last, as the chain stores them
  // (upscaled to a greatest value of 65535), in the order they were sent; empty
  // if it never did.
  virtual absl::StatusOr<std::vector<Weight>> GetWeights(
      uint16_t netuid, uint16_t uid,
      std::optional<uint64_t> block = std::nullopt) = 0;

  virtual absl::StatusOr<Hyperparameters> GetHyperparameters(
      uint16_t netuid) = 0;

  // Gives `hotkey` a slot, paid and owned by `coldkey`; returns its uid.
  virtual absl::StatusOr<uint16_t> Register(const Keypair& coldkey,
                                            uint16_t netuid,
                                            absl::string_view hotkey) = 0;

  // Replaces the hotkey's commitment. At most kMaxCommitmentBytes.
  virtual absl::Status Commit(const Keypair& hotkey, uint16_t netuid,
                              absl::string_view text) = 0;

  // Replaces the hotkey's weights. Values are already quantised (weights.h).
  virtual absl::Status SetWeights(const Keypair& hotkey, uint16_t netuid,
                                  absl::Span<const Weight> weights,
                                  uint64_t version_key) = 0;

  // The same in two steps, for WeightsMode::kCommitReveal: a hash now, and what
  // it is of between first_reveal and last_reveal. A reveal drops the hotkey's
  // older commits of this kind.
  virtual absl::Status CommitWeights(const Keypair& hotkey, uint16_t netuid,
                                     const WeightsHash& hash) = 0;
  virtual absl::Status RevealWeights(const Keypair& hotkey, uint16_t netuid,
                                     const HiddenWeights& hidden) = 0;

  // The same in one step, for WeightsMode::kTimelocked: encrypted, so that
  // nobody can read them before the chain reveals them by itself (timelock.h).
  // The chain checks them only then; what it refuses is lost without a word.
  virtual absl::Status CommitTimelockedWeights(const Keypair& hotkey,
                                               uint16_t netuid,
                                               absl::Span<const Weight> weights,
                                               uint64_t version_key) = 0;

  // The hotkey's commits that can still be revealed, or soon, oldest first.
  virtual absl::StatusOr<std::vector<WeightsCommit>> GetWeightsCommits(
      uint16_t netuid, absl::string_view hotkey) = 0;
};

}  // namespace sn37::chain

#endif  // CHAIN_CLIENT_H_
