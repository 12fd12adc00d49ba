// The subnet's clock: sync blocks, the seed that each of them fixes, and the
// block from which a commitment may be evaluated. Pure functions.
#ifndef SN37_COMPETITION_SYNC_BLOCK_H_
#define SN37_COMPETITION_SYNC_BLOCK_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "sn37/base/digest.h"

namespace sn37 {

// The last sync block at or before `block`: genesis + k·cadence.
// REQUIRES: cadence ≥ 1.
int64_t SyncBlock(int64_t block, int64_t genesis, int64_t cadence);

// The first sync block after `block`. REQUIRES: cadence ≥ 1.
int64_t NextSyncBlock(int64_t block, int64_t genesis, int64_t cadence);

// The seed of every draw of an epoch: SHA-256 of the sync block's hash as the
// node writes it ("0x" and 64 hex digits), taken as text.
Digest SeedFromBlockHash(absl::string_view block_hash);

// A seed as the decimal number that other validators show: its bytes as one
// big-endian integer.
std::string SeedDecimal(const Digest& seed);

// Whether a commitment made at `commit_block` may be evaluated in the epoch of
// `sync_block`: delay blocks or more have passed.
bool IsEligible(int64_t commit_block, int64_t delay, int64_t sync_block);

}  // namespace sn37

#endif  // SN37_COMPETITION_SYNC_BLOCK_H_
