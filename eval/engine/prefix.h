// What two texts have in common from their beginning.
#ifndef EVAL_ENGINE_PREFIX_H_
#define EVAL_ENGINE_PREFIX_H_

#include <algorithm>
#include <cstdint>

#include "absl/types/span.h"
#include "eval/engine/block_pool.h"

namespace sn37::eval {

// Positions whose keys and values both texts can use: the common prefix in
// whole cache blocks, so that neither writes into the other's.
inline int64_t SharedPositions(absl::Span<const int32_t> a,
                               absl::Span<const int32_t> b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return (end - a.begin()) / kBlockPositions * kBlockPositions;
}

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_PREFIX_H_
