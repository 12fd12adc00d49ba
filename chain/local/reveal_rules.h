// When a commit of weights can be revealed: the runtime's arithmetic of epochs.
// Pure.
#ifndef CHAIN_LOCAL_REVEAL_RULES_H_
#define CHAIN_LOCAL_REVEAL_RULES_H_

#include <cstdint>
#include <utility>

#include "chain/client.h"

namespace sn37::chain {

// The first and the last block of the epoch that is `rules.reveal_period` after
// that of `block`. An epoch has tempo + 1 blocks, and those of a subnet begin
// netuid + 1 blocks before a multiple of that.
std::pair<uint64_t, uint64_t> RevealBlocks(uint64_t block, uint16_t netuid,
                                           const Hyperparameters& rules);

}  // namespace sn37::chain

#endif  // CHAIN_LOCAL_REVEAL_RULES_H_
