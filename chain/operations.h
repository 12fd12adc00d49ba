// What a miner and a validator do with a chain, on top of any client: writes
// that are read back, and are sent again only when it is certain that they did
// not happen.
//
//   auto wait = [] { absl::SleepFor(absl::Seconds(12)); return true; };
//   SN37_ASSIGN_OR_RETURN(
//       chain::Commitment made,
//       chain::CommitAndConfirm(client, hotkey, 37, text, wait));
#ifndef CHAIN_OPERATIONS_H_
#define CHAIN_OPERATIONS_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "chain/client.h"
#include "chain/keys/keypair.h"
#include "chain/weights.h"

namespace sn37::chain {

// Waits some blocks' time; false when there shall be no further try.
using WaitToRetry = absl::FunctionRef<bool()>;

// The hotkey's newest commitment as of `block`, if it has one.
absl::StatusOr<std::optional<Commitment>> CommitmentOf(
    Client& client, uint16_t netuid, absl::string_view hotkey,
    std::optional<uint64_t> block = std::nullopt);

// The hotkey's slot in the metagraph, or as of `block`. NotFound, saying so, if
// it has none.
absl::StatusOr<Neuron> NeuronOf(const Metagraph& graph,
                                absl::string_view hotkey);
absl::StatusOr<Neuron> NeuronOf(Client& client, uint16_t netuid,
                                absl::string_view hotkey,
                                std::optional<uint64_t> block = std::nullopt);

// Commits `text` and returns what the chain then holds. Waits and tries again
// where the rate limit refuses it or the chain cannot be reached; after a write
// of unknown end it reads first, so that nothing is committed twice. The last
// error when there is no further try; DataLoss if the chain accepted the text
// and holds another.
absl::StatusOr<Commitment> CommitAndConfirm(Client& client,
                                            const Keypair& hotkey,
                                            uint16_t netuid,
                                            absl::string_view text,
                                            WaitToRetry wait);

// A vector to publish: quantised, in any scale (weights.h).
struct NewWeights {
  std::vector<Weight> weights;
  uint64_t version_key = 0;
  // Given to PublishWeights by whoever may have begun with this vector before:
  // the newest block when it was made. What the chain shows of it since then
  // is not sent again.
  std::optional<uint64_t> since = std::nullopt;
};

// What became of a vector: the weights that the chain now stores, or the commit
// to what it will.
using PublishedWeights = std::variant<std::vector<Weight>, WeightsCommit>;

// Keeps what will be needed for the reveal, on the disk, until it is revealed.
using KeepHidden = absl::FunctionRef<absl::Status(const HiddenWeights&)>;

// Publishes a hotkey's weights in the way that the subnet's hyper-parameters
// say: sets them, commits to them after `keep` has returned OK (nothing is sent
// after an error), or commits to them timelocked. Tries again as above.
// InvalidArgument, and nothing is sent or kept, for fewer weights than the
// subnet takes: of hidden ones the chain would say so only at the reveal.
absl::StatusOr<PublishedWeights> PublishWeights(
    Client& client, const Keypair& hotkey, uint16_t netuid,
    const NewWeights& weights, KeepHidden keep, WaitToRetry wait);

// The two steps for hidden weights. Both may be repeated after a restart,
// whatever the first time came to. The second also waits for the first block
// that allows it.
absl::StatusOr<WeightsCommit> HideAndConfirm(Client& client,
                                             const Keypair& hotkey,
                                             uint16_t netuid,
                                             const HiddenWeights& hidden,
                                             WaitToRetry wait);
absl::StatusOr<std::vector<Weight>> RevealAndConfirm(
    Client& client, const Keypair& hotkey, uint16_t netuid,
    const HiddenWeights& hidden, WaitToRetry wait);

// The hotkey's commit to `hidden`, if it is neither revealed nor expired.
absl::StatusOr<std::optional<WeightsCommit>> CommitTo(
    Client& client, absl::string_view hotkey, uint16_t netuid,
    const HiddenWeights& hidden);

// What the chain stores of the hotkey, if it is `weights` and was set or
// committed to in block `since` or later.
absl::StatusOr<std::optional<std::vector<Weight>>> StoredSince(
    Client& client, uint16_t netuid, absl::string_view hotkey,
    absl::Span<const Weight> weights, uint64_t since);

}  // namespace sn37::chain

#endif  // CHAIN_OPERATIONS_H_
