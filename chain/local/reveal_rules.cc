#include "chain/local/reveal_rules.h"

#include <algorithm>

namespace sn37::chain {

std::pair<uint64_t, uint64_t> RevealBlocks(uint64_t block, uint16_t netuid,
                                           const Hyperparameters& rules) {
  const uint64_t length = uint64_t{rules.tempo} + 1;
  const uint64_t offset = uint64_t{netuid} + 1;
  const uint64_t epoch = (block + offset) / length + rules.reveal_period;
  const uint64_t first = epoch * length - std::min(offset, epoch * length);
  return {first, first + rules.tempo};
}

}  // namespace sn37::chain
