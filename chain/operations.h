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
#include <vector>

#include "absl/functional/function_ref.h"
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

// The hotkey's slot as of `block`. NotFound, saying so, if it has none.
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

// Sets the hotkey's weights to `shares`, quantised and clipped as the subnet's
// hyper-parameters say (weights.h), and returns what the chain then stores.
// Tries again as above. InvalidArgument for shares that are none or fewer than
// the subnet takes; kCommitRevealEnabled where it takes hidden weights only.
absl::StatusOr<std::vector<Weight>> SetSharesAndConfirm(
    Client& client, const Keypair& hotkey, uint16_t netuid,
    absl::Span<const Share> shares, uint64_t version_key, WaitToRetry wait);

// The same in steps, for such a subnet. Keep what HideShares returns before it
// is committed to and until it is revealed: nothing else can reveal it. The
// other two may be repeated after a restart, whatever the first time came to.
absl::StatusOr<HiddenWeights> HideShares(Client& client, uint16_t netuid,
                                         absl::Span<const Share> shares,
                                         uint64_t version_key);
absl::StatusOr<WeightsCommit> HideAndConfirm(Client& client,
                                             const Keypair& hotkey,
                                             uint16_t netuid,
                                             const HiddenWeights& hidden,
                                             WaitToRetry wait);
// Waits for the first block that allows it, too.
absl::StatusOr<std::vector<Weight>> RevealAndConfirm(
    Client& client, const Keypair& hotkey, uint16_t netuid,
    const HiddenWeights& hidden, WaitToRetry wait);

}  // namespace sn37::chain

#endif  // CHAIN_OPERATIONS_H_
