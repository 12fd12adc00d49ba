// Weights that the chain reveals by itself: encrypted to a round of the drand
// beacon "quicknet", whose signature of that round is the key. The validator
// sends them by commit_timelocked_weights and has nothing to keep; the chain
// decrypts them when it has the signature and their epoch has come. The scheme
// is described in tools/deps/crates/src/timelock.rs.
//
//   SN37_ASSIGN_OR_RETURN(uint64_t reveal, FirstRevealBlock(epochs, period));
//   const uint64_t round = RevealRound(reveal, epochs.head, absl::Now(),
//                                      absl::Seconds(12));
//   SN37_ASSIGN_OR_RETURN(
//       std::string commit,
//       EncryptToRound(TimelockPayload(hotkey, weights, version_key), round));
//
// Functions without state; safe from any thread.
#ifndef CHAIN_TIMELOCK_H_
#define CHAIN_TIMELOCK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "chain/client.h"
#include "chain/codec/ss58.h"

namespace sn37::chain {

// The last argument of commit_timelocked_weights; what the chain's
// CommitRevealWeightsVersion must say.
inline constexpr uint16_t kTimelockVersion = 4;

// What the chain takes of encrypted bytes, and by how much encryption
// lengthens.
inline constexpr size_t kMaxTimelockedBytes = 5000;
inline constexpr size_t kTimelockOverhead = 244;

// Where a subnet stands in its epochs, read at one block.
struct Epochs {
  uint64_t head = 0;
  uint16_t tempo = 0;
  // Of runtimes that store them (LastEpochBlock, PendingEpochAt; spec 461).
  uint64_t last_epoch = 0;
  uint64_t pending_epoch = 0;  // 0: none
};

// The first block at which the chain reveals what the block after the head
// commits to, `reveal_period` epochs later:
//
//   first epoch e1 = max(head + 1, min(last_epoch + tempo, pending_epoch))
//   reveal         = e1 + tempo × (reveal_period − 1), and one epoch more if
//                    e1 = head + 1: the commit then counts to the new epoch
//
// (Left out: the runtime begins an epoch if there was none for 50,400 blocks,
// and puts one off where too many subnets have theirs in one block.)
// kFailedPrecondition where tempo is 0 and no epoch ever comes,
// kInvalidArgument for a period of 0 or out of all proportion.
absl::StatusOr<uint64_t> FirstRevealBlock(const Epochs& epochs,
                                          uint64_t reveal_period);

// The same for runtimes that count epochs from block 0 (spec 346):
//
//   epoch(block) = floor((block + netuid + 1) / (tempo + 1))
//   reveal       = (epoch(head) + reveal_period) × (tempo + 1) − (netuid + 1)
absl::StatusOr<uint64_t> FirstRevealBlock(uint64_t head, uint16_t netuid,
                                          uint16_t tempo,
                                          uint64_t reveal_period);

// The round to encrypt to, as the official client chooses it: the newest when
// the third block after the reveal block is made, for the chain takes some
// blocks to learn a round's signature. Quicknet makes a round each 3 s from
// 1692803367 (Unix time) on:
//
//   round = max(1, floor((now + (reveal + 3 − head) × block_time − 1692803367)
//                        / 3))
uint64_t RevealRound(uint64_t first_reveal, uint64_t head, absl::Time now,
                     absl::Duration block_time);

// SCALE of {hotkey, uids, values: lists; version_key: u64}.
std::string TimelockPayload(const AccountId& hotkey,
                            absl::Span<const Weight> weights,
                            uint64_t version_key);

// Random: no two are alike. kInvalidArgument for a payload that the chain would
// not take once encrypted.
absl::StatusOr<std::string> EncryptToRound(absl::string_view payload,
                                           uint64_t round);

// The payload, by the beacon's signature (48 bytes) of its round.
// kInvalidArgument for bytes or a signature that are none, or that do not
// belong together. Any bytes may be tried.
absl::StatusOr<std::string> DecryptWithSignature(absl::string_view encrypted,
                                                 absl::string_view signature);

}  // namespace sn37::chain

#endif  // CHAIN_TIMELOCK_H_
