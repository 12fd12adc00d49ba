// Numbers of cache blocks: which are free, and which several texts share.
#ifndef EVAL_ENGINE_BLOCK_POOL_H_
#define EVAL_ENGINE_BLOCK_POOL_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sn37/base/check.h"

namespace sn37::eval {

// Positions per cache block; attention runs over whole blocks (kernels.h).
inline constexpr int64_t kBlockPositions = 64;

constexpr int64_t BlocksFor(int64_t positions) {
  return (positions + kBlockPositions - 1) / kBlockPositions;
}

class BlockPool {
 public:
  // Blocks 0 … blocks - 1, all free.
  explicit BlockPool(int64_t blocks) : users_(blocks) {
    for (int64_t block = blocks; block-- > 0;) {
      free_.push_back(static_cast<int32_t>(block));
    }
  }

  int64_t available() const { return static_cast<int64_t>(free_.size()); }

  // REQUIRES: count <= available().
  std::vector<int32_t> Take(int64_t count) {
    SN37_CHECK(count <= available()) << count << " blocks wanted";
    std::vector<int32_t> taken(free_.end() - count, free_.end());
    free_.resize(free_.size() - count);
    Share(taken);
    return taken;
  }

  // One more user of taken blocks.
  void Share(absl::Span<const int32_t> blocks) {
    for (int32_t block : blocks) ++users_[block];
  }

  // One user less; blocks without any are free.
  void Return(absl::Span<const int32_t> blocks) {
    for (int32_t block : blocks) {
      if (--users_[block] == 0) free_.push_back(block);
    }
  }

 private:
  std::vector<int32_t> free_;
  std::vector<int32_t> users_;  // of each block
};

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_BLOCK_POOL_H_
