// How attention is laid out on the GPU: where rows store their keys and values,
// and which tiles there are.
#ifndef EVAL_KERNELS_CUDA_ATTEND_PLAN_H_
#define EVAL_KERNELS_CUDA_ATTEND_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/ops.h"

namespace sn37::eval {

// One array, to be copied to the device at once: first a cache slot for each
// row (StoreArgs), then the tiles, then all segments' block numbers.
struct AttendPlan {
  std::vector<int32_t> words;
  size_t tiles_begin = 0;
  size_t blocks_begin = 0;

  int64_t tile_count() const {
    return static_cast<int64_t>((blocks_begin - tiles_begin) * sizeof(int32_t) /
                                sizeof(AttendTile));
  }
  bool operator==(const AttendPlan&) const = default;
};

// For `rows` rows of which the segments have each at most once; `group` is the
// number of heads per key-value head.
AttendPlan PlanAttention(absl::Span<const Segment> segments, int64_t rows,
                         int64_t group);

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_ATTEND_PLAN_H_
