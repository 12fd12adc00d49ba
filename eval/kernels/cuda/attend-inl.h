// Attention over cached keys and values, in blocks of 64 keys from position 0
// on, each row's softmax rescaled from block to block (Dao et al.,
// FlashAttention). The plain version, for float32 and for heads that the matrix
// units do not fit (attend_mma-inl.h).
//
// Own, because libtorch's reads no cache in blocks of 64, has no soft cap and
// no key bias, and cuts the keys by how many sequences there are. A row's bits
// here depend on its query and on its keys and values, one after the other, and
// on nothing else: not on the tile that it is in, nor on its place there. Keys
// that a row does not see are never multiplied, so whatever a block holds
// beyond them does not matter.
#ifndef EVAL_KERNELS_CUDA_ATTEND_INL_H_
#define EVAL_KERNELS_CUDA_ATTEND_INL_H_

#include <cstdint>

#include "eval/kernels/cuda/attend_place-inl.h"
#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/cuda/numbers-inl.h"
#include "eval/kernels/cuda/product-inl.h"

namespace sn37::eval::SN37_GRID {

// A block of threads computes kWidth columns of one tile for one key-value
// head; the grid's y counts the columns' parts, and heads may have any number
// of them. T is the cache's type; kWidth a multiple of 64.
template <typename T, int kWidth>
struct Attend {
  static constexpr int kThreads = 256;
  static constexpr int kRows = kCudaBlock;
  static constexpr int kKeys = kCudaBlock;
  // Columns of queries and keys, and values, in shared memory at a time.
  static constexpr int kDepth = 32;
  static constexpr int kValues = 16;
  struct Shared {
    // Queries and keys; values take their place afterwards.
    union {
      struct {
        float q[kRows][kDepth + 1];
        float keys[kKeys][kDepth + 1];
      };
      float values[kValues][kWidth];
    };
    float scores[kRows][kKeys + 1];  // then probabilities
    // Per row: the largest score and Σ exp(score − largest) so far, and what
    // the sums before the block shrink by.
    float largest[kRows], sum[kRows], shrink[kRows];
    // The keys that a row sees, none where the tile has fewer rows; and its row
    // of the batch.
    int32_t first_key[kRows], last_key[kRows];
    int64_t at[kRows];
  };
  // A thread's part of the result: its TileThread's rows, and of the columns
  // every 16th.
  struct Out {
    float at[4][kWidth / 16];
  };

  AttendArgs a;

  struct Place : AttendPlace {
    int64_t column;  // the first that is computed

    SN37_DEVICE Place(const AttendArgs& a, const Block& block)
        : AttendPlace(a, block.x), column(block.y * kWidth) {}
  };

  // What is known of a row before its first block.
  SN37_DEVICE void StartRow(int row, const Place& place, Shared& shared) const {
    shared.largest[row] = -Infinity();
    shared.sum[row] = 0.0f;
    shared.first_key[row] = 0;
    shared.last_key[row] = -1;
    shared.at[row] = 0;
    if (row >= place.rows) return;
    shared.first_key[row] = static_cast<int32_t>(place.FirstKey(row));
    shared.last_key[row] = static_cast<int32_t>(place.Position(row));
    shared.at[row] = place.RowOfBatch(row);
  }

  SN37_DEVICE static bool Sees(const Shared& shared, int row, int64_t key) {
    return key >= shared.first_key[row] && key <= shared.last_key[row];
  }

  SN37_DEVICE void LoadQueriesAndKeys(int thread, const Place& place,
                                      int64_t block, int64_t first,
                                      Shared& shared) const {
    const T* keys =
        static_cast<const T*>(a.keys.data) + place.CacheAt(block * kKeys);
    for (int i = thread; i < kRows * kDepth; i += kThreads) {
      const int row = i / kDepth, d = i % kDepth;
      const int64_t column = first + d;
      const bool exists = column < a.head_dim;
      shared.keys[row][d] =
          exists ? ToFloat(keys[row * a.head_dim + column]) : 0.0f;
      shared.q[row][d] = exists && row < place.rows
                             ? a.q[shared.at[row] * a.q_stride +
                                   place.Head(row) * a.head_dim + column]
                             : 0.0f;
    }
  }

  SN37_DEVICE void LoadValues(int thread, const Place& place, int64_t block,
                              int first, Shared& shared) const {
    const T* values = static_cast<const T*>(a.values.data) +
                      place.CacheAt(block * kKeys) + first * a.head_dim;
    for (int i = thread; i < kValues * kWidth; i += kThreads) {
      const int key = i / kWidth, column = i % kWidth;
      shared.values[key][column] =
          place.column + column < a.head_dim
              ? ToFloat(values[key * a.head_dim + place.column + column])
              : 0.0f;
    }
  }

  SN37_DEVICE static void AddScores(const TileThread& t, const Shared& shared,
                                    TileSums& scores) {
    for (int d = 0; d < kDepth; ++d) {
      SN37_UNROLL
      for (int i = 0; i < 4; ++i) {
        SN37_UNROLL
        for (int j = 0; j < 4; ++j) {
          scores.at[i][j] = fmaf(shared.q[t.row(i)][d],
                                 shared.keys[t.column(j)][d], scores.at[i][j]);
        }
      }
    }
  }

  // From products to scores, hidden keys at -inf.
  SN37_DEVICE void FinishScores(const TileThread& t, const Place& place,
                                int64_t block, TileSums& scores,
                                Shared& shared) const {
    SN37_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int row = t.row(i);
      SN37_UNROLL
      for (int j = 0; j < 4; ++j) {
        const int64_t key = block * kKeys + t.column(j);
        float score = SoftCapped(scores.at[i][j] * a.scale, a.soft_cap);
        if (!Sees(shared, row, key)) {
          score = -Infinity();
        } else if (a.key_bias != nullptr) {
          score += a.key_bias[place.Head(row) * a.key_bias_stride + key];
        }
        scores.at[i][j] = score;
        shared.scores[row][t.column(j)] = score;
      }
    }
  }

  SN37_DEVICE static void FindLargest(int row, Shared& shared) {
    const float before = shared.largest[row];
    float largest = before;
    for (int key = 0; key < kKeys; ++key) {
      largest = fmaxf(largest, shared.scores[row][key]);
    }
    shared.largest[row] = largest;
    shared.shrink[row] = largest == before ? 1.0f : expf(before - largest);
  }

  // Hidden keys, and they alone, are 0 for certain.
  SN37_DEVICE static void Exponentiate(const TileThread& t, int64_t block,
                                       const TileSums& scores, Shared& shared) {
    SN37_UNROLL
    for (int i = 0; i < 4; ++i) {
      const int row = t.row(i);
      SN37_UNROLL
      for (int j = 0; j < 4; ++j) {
        const int64_t key = block * kKeys + t.column(j);
        shared.scores[row][t.column(j)] =
            Sees(shared, row, key) ? expf(scores.at[i][j] - shared.largest[row])
                                   : 0.0f;
      }
    }
  }

  SN37_DEVICE static void SumRow(int row, Shared& shared) {
    float sum = 0.0f;
    for (int key = 0; key < kKeys; ++key) sum += shared.scores[row][key];
    shared.sum[row] = fmaf(shared.sum[row], shared.shrink[row], sum);
  }

  SN37_DEVICE static void Shrink(const TileThread& t, const Shared& shared,
                                 Out& out) {
    SN37_UNROLL
    for (int i = 0; i < 4; ++i) {
      const float shrink = shared.shrink[t.row(i)];
      SN37_UNROLL
      for (int c = 0; c < kWidth / 16; ++c) out.at[i][c] *= shrink;
    }
  }

  // The values of keys first … first + 15 of the block, in order.
  SN37_DEVICE static void AddValues(const TileThread& t, int64_t block,
                                    int first, const Shared& shared, Out& out) {
    for (int k = 0; k < kValues; ++k) {
      const int64_t key = block * kKeys + first + k;
      SN37_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int row = t.row(i);
        if (!Sees(shared, row, key)) continue;
        const float p = shared.scores[row][first + k];
        SN37_UNROLL
        for (int c = 0; c < kWidth / 16; ++c) {
          out.at[i][c] = fmaf(p, shared.values[k][t.x + 16 * c], out.at[i][c]);
        }
      }
    }
  }

  SN37_DEVICE void AttendBlock(const Block& block, const Place& place,
                               int64_t cache_block, Shared& shared,
                               PerThread<TileSums, kThreads>& scores,
                               PerThread<Out, kThreads>& out) const {
    block.ForEachThread([&](int thread) { scores[thread] = TileSums{}; });
    for (int64_t d = 0; d < a.head_dim; d += kDepth) {
      block.ForEachThread([&](int thread) {
        LoadQueriesAndKeys(thread, place, cache_block, d, shared);
      });
      block.ForEachThread([&](int thread) {
        const TileThread t(thread);
        if (t.row(0) < place.rows) AddScores(t, shared, scores[thread]);
      });
    }
    block.ForEachThread([&](int thread) {
      FinishScores(TileThread(thread), place, cache_block, scores[thread],
                   shared);
    });
    block.ForEachThread([&](int thread) {
      if (thread < kRows) FindLargest(thread, shared);
    });
    block.ForEachThread([&](int thread) {
      Exponentiate(TileThread(thread), cache_block, scores[thread], shared);
    });
    block.ForEachThread([&](int thread) {
      if (thread < kRows) SumRow(thread, shared);
      Shrink(TileThread(thread), shared, out[thread]);
    });
    for (int first = 0; first < kKeys; first += kValues) {
      block.ForEachThread([&](int thread) {
        LoadValues(thread, place, cache_block, first, shared);
      });
      block.ForEachThread([&](int thread) {
        AddValues(TileThread(thread), cache_block, first, shared, out[thread]);
      });
    }
  }

  SN37_DEVICE void operator()(const Block& block, Shared& shared) const {
    const Place place(a, block);
    PerThread<TileSums, kThreads> scores;
    PerThread<Out, kThreads> out;
    block.ForEachThread([&](int thread) {
      out[thread] = Out{};
      if (thread < kRows) StartRow(thread, place, shared);
    });
    const int64_t last = place.Position(place.rows - 1) / kKeys;
    for (int64_t b = place.FirstKey(0) / kKeys; b <= last; ++b) {
      AttendBlock(block, place, b, shared, scores, out);
    }
    block.ForEachThread([&](int thread) {
      const TileThread t(thread);
      SN37_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int row = t.row(i);
        if (row >= place.rows) continue;
        float* to = a.out + shared.at[row] * a.out_stride +
                    place.Head(row) * a.head_dim;
        SN37_UNROLL
        for (int c = 0; c < kWidth / 16; ++c) {
          const int64_t column = place.column + t.x + 16 * c;
          if (column < a.head_dim) {
            to[column] = out[thread].at[i][c] / shared.sum[row];
          }
        }
      }
    });
  }
};

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_ATTEND_INL_H_
