// How a linear layer's work is cut into tasks for threads.
#ifndef EVAL_KERNELS_CPU_LINEAR_PARTS_H_
#define EVAL_KERNELS_CPU_LINEAR_PARTS_H_

#include <algorithm>
#include <cstddef>

#include "eval/kernels/cpu/kernels.h"

namespace sn37::eval {

// Parts of some rows against one panel each: many rows, but enough parts for
// all threads, and the ones that would be left over after equal shares in
// pieces. Every row meets every panel in one part.
class LinearParts {
 public:
  struct Part {
    size_t panel, first_row, rows;
  };

  LinearParts(size_t rows, size_t panels, size_t threads)
      : rows_(rows),
        panels_(panels),
        height_(std::clamp<size_t>(rows, 1, kMaxTaskRows)) {
    while (height_ > kFewRows && Blocks() * panels < 3 * threads) {
      height_ = (height_ + 1) / 2;
    }
    left_over_ = Blocks() * panels % threads;
    whole_ = Blocks() * panels - left_over_;
    pieces_ = std::clamp<size_t>(height_ / kFewRows, 1, threads);
  }

  size_t count() const { return whole_ + left_over_ * pieces_; }

  Part At(size_t i) const {
    const bool is_whole = i < whole_;
    const size_t index = is_whole ? i : whole_ + (i - whole_) / pieces_;
    const size_t piece = is_whole ? 0 : (i - whole_) % pieces_;
    const size_t block = index / panels_ * height_;
    const size_t rows = std::min(height_, rows_ - block);
    const size_t piece_rows = is_whole ? rows : (rows + pieces_ - 1) / pieces_;
    const size_t first = std::min(rows, piece * piece_rows);
    return {index % panels_, block + first, std::min(piece_rows, rows - first)};
  }

 private:
  // Not worth cutting.
  static constexpr size_t kFewRows = 24;

  size_t Blocks() const { return (rows_ + height_ - 1) / height_; }

  size_t rows_, panels_, height_, left_over_, whole_, pieces_;
};

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_LINEAR_PARTS_H_
