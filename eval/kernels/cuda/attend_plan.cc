#include "eval/kernels/cuda/attend_plan.h"

namespace sn37::eval {

AttendPlan PlanAttention(absl::Span<const Segment> segments, int64_t rows,
                         int64_t group) {
  AttendPlan plan;
  plan.words.assign(rows, -1);
  std::vector<int32_t> tiles, blocks;
  for (const Segment& segment : segments) {
    for (int64_t r = 0; r < segment.rows; ++r) {
      const int64_t position = segment.first_position + r;
      plan.words[segment.first_row + r] = static_cast<int32_t>(
          segment.blocks[position / kCudaBlock] * kCudaBlock +
          position % kCudaBlock);
    }
    for (int64_t first = 0; first < segment.rows * group; first += kCudaBlock) {
      for (int64_t word : {segment.first_row, segment.rows,
                           segment.first_position, std::ssize(blocks), first}) {
        tiles.push_back(static_cast<int32_t>(word));
      }
    }
    blocks.insert(blocks.end(), segment.blocks.begin(), segment.blocks.end());
  }
  plan.tiles_begin = plan.words.size();
  plan.words.insert(plan.words.end(), tiles.begin(), tiles.end());
  plan.blocks_begin = plan.words.size();
  plan.words.insert(plan.words.end(), blocks.begin(), blocks.end());
  return plan;
}

}  // namespace sn37::eval
