// The plain product: y = x · wᵀ in float32, term by term in the order of the
// inner dimension, so that it has the same bits as the CPU's.
//
// A block computes 64 rows × 64 outputs; 256 threads hold 4 × 4 sums each, and
// the block walks over the inputs 16 at a time through shared memory.
#ifndef EVAL_KERNELS_CUDA_PRODUCT_INL_H_
#define EVAL_KERNELS_CUDA_PRODUCT_INL_H_

#include <cstdint>

#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/cuda/numbers-inl.h"

namespace sn37::eval::SN37_GRID {

// A thread's 4 × 4 of a 64 × 64 tile: rows 4 y … 4 y + 3 and columns x, x + 16,
// x + 32, x + 48. Successive threads then read successive columns of shared
// memory.
struct TileThread {
  int x, y;
  SN37_DEVICE explicit TileThread(int thread)
      : x(thread % 16), y(thread / 16) {}
  SN37_DEVICE int row(int i) const { return 4 * y + i; }
  SN37_DEVICE int column(int j) const { return x + 16 * j; }
};

struct TileSums {
  float at[4][4];
};

template <typename T>
struct Product {
  static constexpr int kThreads = 256;
  static constexpr int kTile = 64;
  static constexpr int kDepth = 16;
  struct Shared {
    // One more column, so that a column's elements are in different banks.
    float x[kTile][kDepth + 1];
    float w[kTile][kDepth + 1];
  };

  ProductArgs a;

  // Rows first … first + 63 and inputs k … k + 15 of a matrix, zero beyond it.
  SN37_DEVICE void LoadTile(int thread, const T* matrix, int64_t rows,
                            int64_t first, int64_t k,
                            float (*tile)[kDepth + 1]) const {
    for (int i = thread; i < kTile * kDepth; i += kThreads) {
      const int64_t row = first + i / kDepth, input = k + i % kDepth;
      tile[i / kDepth][i % kDepth] =
          row < rows && input < a.inputs
              ? ToFloat(matrix[row * a.inputs + input])
              : 0.0f;
    }
  }

  SN37_DEVICE void operator()(const Block& block, Shared& shared) const {
    const int64_t first_row = block.y * kTile, first_output = block.x * kTile;
    PerThread<TileSums, kThreads> sums;
    block.ForEachThread([&](int thread) { sums[thread] = TileSums{}; });
    for (int64_t k = 0; k < a.inputs; k += kDepth) {
      block.ForEachThread([&](int thread) {
        LoadTile(thread, static_cast<const T*>(a.x.data), a.rows, first_row, k,
                 shared.x);
        LoadTile(thread, static_cast<const T*>(a.w.data), a.outputs,
                 first_output, k, shared.w);
      });
      block.ForEachThread([&](int thread) {
        const TileThread t(thread);
        TileSums& sum = sums[thread];
        for (int d = 0; d < kDepth; ++d) {
          SN37_UNROLL
          for (int i = 0; i < 4; ++i) {
            SN37_UNROLL
            for (int j = 0; j < 4; ++j) {
              sum.at[i][j] = fmaf(shared.x[t.row(i)][d],
                                  shared.w[t.column(j)][d], sum.at[i][j]);
            }
          }
        }
      });
    }
    block.ForEachThread([&](int thread) {
      const TileThread t(thread);
      SN37_UNROLL
      for (int i = 0; i < 4; ++i) {
        SN37_UNROLL
        for (int j = 0; j < 4; ++j) {
          const int64_t row = first_row + t.row(i);
          const int64_t output = first_output + t.column(j);
          if (row < a.rows && output < a.outputs) {
            a.y[row * a.outputs + output] = sums[thread].at[i][j];
          }
        }
      }
    });
  }
};

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_PRODUCT_INL_H_
