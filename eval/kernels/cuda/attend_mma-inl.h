// Attention in bfloat16 on the GPU's matrix units, for heads whose columns are
// a multiple of 16 and 256 at most: what attend-inl.h computes, with queries
// and probabilities rounded to bfloat16. Scores, their softmax and all sums are
// float32.
//
// A row is divided by the sum of its rounded probabilities, so that the numbers
// that its values are multiplied by add up to 1.
//
// Why a row's bits depend on its query and on the keys and values that it sees
// alone, though a warp multiplies 16 rows by all keys of a step:
// - Steps begin at multiples of kKeys positions, whatever rows there are.
// - A hidden key's score is replaced, and its probability is 0. 0 times its
//   value adds nothing, because values that are not finite are 0 to the matrix
//   units; the rows that see such a value get it from AddSpoiltValues.
// - A step in which a row sees nothing changes nothing: its sums are multiplied
//   by 1, and 0 is added. That may only turn -0 into 0, which the end does too.
#ifndef EVAL_KERNELS_CUDA_ATTEND_MMA_INL_H_
#define EVAL_KERNELS_CUDA_ATTEND_MMA_INL_H_

#include <cstdint>
#include <cstring>

#include "eval/kernels/cuda/attend_place-inl.h"
#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/cuda/numbers-inl.h"
#include "eval/kernels/cuda/warp.h"

namespace sn37::eval::SN37_GRID {

// Four words, eight bfloat16: what a thread reads and writes at once.
struct alignas(16) Words {
  uint32_t at[4];
};

SN37_DEVICE Words LoadWords(const Bf16* from) {
#ifdef __CUDACC__
  return *reinterpret_cast<const Words*>(from);
#else
  Words words;
  std::memcpy(&words, from, sizeof(words));
  return words;
#endif
}

// Bits that are set where an upper or lower half is infinite or NaN: those are
// the exponents to which adding 1 carries into the sign.
SN37_DEVICE uint32_t NotFinite(uint32_t word) {
  return ((word & 0x7f807f80) + 0x00800080) & 0x80008000;
}
SN37_DEVICE uint32_t NotFinite(const Words& words) {
  return NotFinite(words.at[0]) | NotFinite(words.at[1]) |
         NotFinite(words.at[2]) | NotFinite(words.at[3]);
}

// With 0 for what is not finite.
SN37_DEVICE Words Finite(Words words) {
  SN37_UNROLL
  for (int i = 0; i < 4; ++i) {
    // From a half's lowest bit to all of its bits.
    words.at[i] &= ~((NotFinite(words.at[i]) >> 15) * 0xffff);
  }
  return words;
}

// A block of threads computes one tile for one key-value head; kWidth, 64, 128
// or 256, is the most columns that a head may have.
template <int kWidth>
struct AttendMma {
  static constexpr int kThreads = 128;
  static constexpr int kRows = kCudaBlock;
  static constexpr int kWarpRows = 16;
  // Of a step: as many as shared memory holds with their values.
  static constexpr int kKeys = kWidth <= 128 ? 64 : 32;
  struct Shared {
    // A row of either is so much longer than its columns that what a warp reads
    // at once is in different banks.
    Words keys[kKeys][kWidth / 8 + 1];
    union {
      // [p][c / 4].at[c % 4]: column c of keys 2 p and 2 p + 1.
      Words values[kKeys / 2][kWidth / 4 + 2];
      uint32_t probabilities[kRows][kKeys / 2];  // of two keys each
    };
    int32_t spoilt_step;  // the last in which a value was not finite
  };

  // Where a thread's parts of matrices are (warp.h): it has rows row and
  // row + 8 of the tile.
  struct Lane {
    int g, t, row;
    SN37_DEVICE explicit Lane(int thread)
        : g(thread % Warp::kThreads / 4),
          t(thread % 4),
          row(thread / Warp::kThreads * kWarpRows + g) {}
  };
  // What a thread keeps of its two rows.
  struct Rows {
    Left q[kWidth / 16];
    Sums out[kWidth / 8];
    float largest[2];      // score so far
    float sum[2];          // of the thread's own probabilities
    int32_t first_key[2];  // that the row sees, and how many
    uint32_t keys[2];
    const float* key_bias[2];  // by position; null for none
  };
  struct Scores {
    Sums at[kKeys / 8];
  };
  struct Probabilities {
    Left at[kKeys / 16];
  };
  struct OfTwoRows {
    float at[2];
  };
  using AllRows = PerThread<Rows, kThreads>;
  using AllScores = PerThread<Scores, kThreads>;
  using AllProbabilities = PerThread<Probabilities, kThreads>;

  AttendArgs a;

  SN37_DEVICE static bool Sees(const Rows& rows, int half, int32_t key) {
    return static_cast<uint32_t>(key - rows.first_key[half]) < rows.keys[half];
  }

  // Rows that the tile lacks have queries of 0 and see no key.
  SN37_DEVICE void StartRows(int thread, const AttendPlace& place,
                             Rows& rows) const {
    const Lane lane(thread);
    rows = Rows{};
    SN37_UNROLL
    for (int half = 0; half < 2; ++half) {
      rows.largest[half] = -Infinity();
      const int row = lane.row + 8 * half;
      if (row >= place.rows) continue;
      const int64_t first = place.FirstKey(row);
      rows.first_key[half] = static_cast<int32_t>(first);
      rows.keys[half] = static_cast<uint32_t>(place.Position(row) + 1 - first);
      if (a.key_bias != nullptr) {
        rows.key_bias[half] = a.key_bias + place.Head(row) * a.key_bias_stride;
      }
      const float* q = a.q + place.RowOfBatch(row) * a.q_stride +
                       place.Head(row) * a.head_dim + 2 * lane.t;
      SN37_UNROLL
      for (int k = 0; k < kWidth / 16; ++k) {
        if (16 * k >= a.head_dim) continue;
        rows.q[k].words[half] = BothHalves(q[16 * k], q[16 * k + 1]);
        rows.q[k].words[half + 2] = BothHalves(q[16 * k + 8], q[16 * k + 9]);
      }
    }
  }

  // `at` is where the step's keys and values begin in the cache.
  SN37_DEVICE void LoadKeys(int thread, int64_t at, Shared& shared) const {
    constexpr int kParts = kWidth / 8;
    const int part = thread % kParts;
    if (8 * part >= a.head_dim) return;
    const Bf16* keys = static_cast<const Bf16*>(a.keys.data) + at + 8 * part;
    SN37_UNROLL
    for (int i = 0; i < kKeys; i += kThreads / kParts) {
      const int key = i + thread / kParts;
      shared.keys[key][part] = LoadWords(keys + key * a.head_dim);
    }
  }

  SN37_DEVICE void LoadValues(int thread, int64_t at, int32_t step,
                              Shared& shared) const {
    constexpr int kParts = kWidth / 8;
    const int part = thread % kParts;
    if (8 * part >= a.head_dim) return;
    const Bf16* values =
        static_cast<const Bf16*>(a.values.data) + at + 8 * part;
    SN37_UNROLL
    for (int i = 0; i < kKeys / 2; i += kThreads / kParts) {
      const int pair = i + thread / kParts;  // of keys
      Words even = LoadWords(values + 2 * pair * a.head_dim);
      Words odd = LoadWords(values + (2 * pair + 1) * a.head_dim);
      if ((NotFinite(even) | NotFinite(odd)) != 0) {
        shared.spoilt_step = step;
        even = Finite(even);
        odd = Finite(odd);
      }
      SN37_UNROLL
      for (int j = 0; j < 4; ++j) {
        Words& to = shared.values[pair][2 * part + j / 2];
        to.at[j % 2 * 2] = (even.at[j] & 0xffff) | odd.at[j] << 16;
        to.at[j % 2 * 2 + 1] = even.at[j] >> 16 | (odd.at[j] & 0xffff0000);
      }
    }
  }

  SN37_DEVICE void MultiplyKeys(const Warp& warp, const Shared& shared,
                                AllRows& rows, AllScores& scores) const {
    warp.ForEachThread([&](int thread) { scores[thread] = Scores{}; });
    SN37_UNROLL
    for (int k = 0; k < kWidth / 16; ++k) {
      if (16 * k >= a.head_dim) continue;
      SN37_UNROLL
      for (int n = 0; n < kKeys / 8; ++n) {
        warp.Multiply(
            [&](int thread) { return rows[thread].q[k]; },
            [&](int thread) {
              const Lane lane(thread);
              const Words* key = shared.keys[8 * n + lane.g];
              return Right{{key[2 * k].at[lane.t], key[2 * k + 1].at[lane.t]}};
            },
            [&](int thread) -> Sums& { return scores[thread].at[n]; });
      }
    }
  }

  // From products to scores, hidden keys at -inf. first_key is the thread's
  // first of the step.
  SN37_DEVICE void FinishScores(const Rows& rows, int32_t first_key,
                                Scores& scores) const {
    SN37_UNROLL
    for (int n = 0; n < kKeys / 8; ++n) {
      SN37_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int half = i / 2;
        const int32_t key = first_key + 8 * n + i % 2;
        float& score = scores.at[n].at[i];
        score = SoftCapped(score * a.scale, a.soft_cap);
        if (!Sees(rows, half, key)) {
          score = -Infinity();
        } else if (a.key_bias != nullptr) {
          score += rows.key_bias[half][key];
        }
      }
    }
  }

  // Finds each row's largest score, and makes what was summed up fit it.
  SN37_DEVICE void Rescale(const Warp& warp, AllRows& rows,
                           AllScores& scores) const {
    PerThread<OfTwoRows, kThreads> step_largest;
    warp.ForEachThread([&](int thread) {
      OfTwoRows& largest = step_largest[thread];
      largest.at[0] = largest.at[1] = -Infinity();
      SN37_UNROLL
      for (int n = 0; n < kKeys / 8; ++n) {
        SN37_UNROLL
        for (int i = 0; i < 4; ++i) {
          largest.at[i / 2] =
              fmaxf(largest.at[i / 2], scores[thread].at[n].at[i]);
        }
      }
    });
    SN37_UNROLL
    for (int half = 0; half < 2; ++half) {
      warp.CombineQuads(
          [&](int thread) -> float& { return step_largest[thread].at[half]; },
          [](float x, float y) { return fmaxf(x, y); });
    }
    warp.ForEachThread([&](int thread) {
      Rows& own = rows[thread];
      SN37_UNROLL
      for (int half = 0; half < 2; ++half) {
        const float before = own.largest[half];
        const float largest = fmaxf(before, step_largest[thread].at[half]);
        const float shrink = largest == before ? 1.0f : expf(before - largest);
        own.largest[half] = largest;
        own.sum[half] *= shrink;
        SN37_UNROLL
        for (int n = 0; n < kWidth / 8; ++n) {
          own.out[n].at[2 * half] *= shrink;
          own.out[n].at[2 * half + 1] *= shrink;
        }
      }
    });
  }

  // Hidden keys, and they alone, are 0 for certain.
  SN37_DEVICE static void Exponentiate(int32_t first_key, const Scores& scores,
                                       Rows& rows,
                                       Probabilities& probabilities) {
    SN37_UNROLL
    for (int half = 0; half < 2; ++half) {
      float sum = 0.0f;
      SN37_UNROLL
      for (int n = 0; n < kKeys / 8; ++n) {
        float p[2];
        SN37_UNROLL
        for (int i = 0; i < 2; ++i) {
          p[i] = Sees(rows, half, first_key + 8 * n + i)
                     ? expf(scores.at[n].at[2 * half + i] - rows.largest[half])
                     : 0.0f;
        }
        const uint32_t word = BothHalves(p[0], p[1]);
        probabilities.at[n / 2].words[n % 2 * 2 + half] = word;
        sum += LowerHalf(word);
        sum += UpperHalf(word);
      }
      rows.sum[half] += sum;
    }
  }

  SN37_DEVICE void MultiplyValues(const Warp& warp, const Shared& shared,
                                  AllProbabilities& probabilities,
                                  AllRows& rows) const {
    SN37_UNROLL
    for (int k = 0; k < kKeys / 16; ++k) {
      SN37_UNROLL
      for (int n = 0; n < kWidth / 8; ++n) {
        if (8 * n >= a.head_dim) continue;
        warp.Multiply([&](int thread) { return probabilities[thread].at[k]; },
                      [&](int thread) {
                        const Lane lane(thread);
                        const Words* values = shared.values[8 * k + lane.t];
                        const Words* later = shared.values[8 * k + 4 + lane.t];
                        const int at = 2 * n + lane.g / 4, i = lane.g % 4;
                        return Right{{values[at].at[i], later[at].at[i]}};
                      },
                      [&](int thread) -> Sums& { return rows[thread].out[n]; });
      }
    }
  }

  SN37_DEVICE void AttendStep(const Warp& warp, int32_t step,
                              const Shared& shared, AllRows& rows,
                              AllProbabilities& probabilities) const {
    AllScores scores;
    MultiplyKeys(warp, shared, rows, scores);
    warp.ForEachThread([&](int thread) {
      FinishScores(rows[thread], FirstKeyOf(thread, step), scores[thread]);
    });
    Rescale(warp, rows, scores);
    warp.ForEachThread([&](int thread) {
      Exponentiate(FirstKeyOf(thread, step), scores[thread], rows[thread],
                   probabilities[thread]);
    });
    MultiplyValues(warp, shared, probabilities, rows);
  }
  SN37_DEVICE static int32_t FirstKeyOf(int thread, int32_t step) {
    return step * kKeys + 2 * Lane(thread).t;
  }

  // What LoadValues left out, key by key, to the rows that see it.
  SN37_DEVICE void AddSpoiltValues(const Block& block, int64_t at, int32_t step,
                                   AllProbabilities& probabilities,
                                   AllRows& rows, Shared& shared) const {
    block.ForEachThread([&](int thread) {
      const Lane lane(thread);
      SN37_UNROLL
      for (int k = 0; k < kKeys / 16; ++k) {
        SN37_UNROLL
        for (int i = 0; i < 4; ++i) {
          shared
              .probabilities[lane.row + i % 2 * 8][8 * k + i / 2 * 4 + lane.t] =
              probabilities[thread].at[k].words[i];
        }
      }
    });
    block.ForEachThread([&](int thread) {
      for (int key = 0; key < kKeys; ++key) {
        AddSpoiltValue(thread, at, step, key, shared, rows[thread]);
      }
    });
  }
  SN37_DEVICE void AddSpoiltValue(int thread, int64_t at, int32_t step, int key,
                                  const Shared& shared, Rows& rows) const {
    const Lane lane(thread);
    const Bf16* value = static_cast<const Bf16*>(a.values.data) + at +
                        key * a.head_dim + 2 * lane.t;
    SN37_UNROLL
    for (int half = 0; half < 2; ++half) {
      if (!Sees(rows, half, step * kKeys + key)) continue;
      const uint32_t two = shared.probabilities[lane.row + 8 * half][key / 2];
      const float p = key % 2 == 0 ? LowerHalf(two) : UpperHalf(two);
      SN37_UNROLL
      for (int n = 0; n < kWidth / 8; ++n) {
        if (8 * n >= a.head_dim) continue;
        SN37_UNROLL
        for (int i = 0; i < 2; ++i) {
          const Bf16 v = value[8 * n + i];
          float& out = rows.out[n].at[2 * half + i];
          if (NotFinite(v.bits) != 0) out = fmaf(p, ToFloat(v), out);
        }
      }
    }
  }

  SN37_DEVICE void StoreRows(const Warp& warp, const AttendPlace& place,
                             AllRows& rows) const {
    SN37_UNROLL
    for (int half = 0; half < 2; ++half) {
      warp.CombineQuads(
          [&](int thread) -> float& { return rows[thread].sum[half]; },
          [](float x, float y) { return x + y; });
      warp.ForEachThread([&](int thread) {
        const Lane lane(thread);
        const int row = lane.row + 8 * half;
        if (row >= place.rows) return;
        float* to = a.out + place.RowOfBatch(row) * a.out_stride +
                    place.Head(row) * a.head_dim + 2 * lane.t;
        SN37_UNROLL
        for (int n = 0; n < kWidth / 8; ++n) {
          if (8 * n >= a.head_dim) continue;
          SN37_UNROLL
          for (int i = 0; i < 2; ++i) {
            to[8 * n + i] =
                rows[thread].out[n].at[2 * half + i] / rows[thread].sum[half] +
                0.0f;  // never -0
          }
        }
      });
    }
  }

  SN37_DEVICE void operator()(const Block& block, Shared& shared) const {
    const AttendPlace place(a, block.x);
    AllRows rows;
    block.ForEachThread([&](int thread) {
      StartRows(thread, place, rows[thread]);
      if (thread == 0) shared.spoilt_step = -1;
    });
    // Warps whose rows the tile lacks only load.
    const auto has_rows = [&](const Warp& warp) {
      return warp.index() * kWarpRows < place.rows;
    };
    const int32_t last =
        static_cast<int32_t>(place.Position(place.rows - 1) / kKeys);
    for (int32_t step = static_cast<int32_t>(place.FirstKey(0) / kKeys);
         step <= last; ++step) {
      const int64_t at = place.CacheAt(int64_t{step} * kKeys);
      block.ForEachThread([&](int thread) {
        LoadKeys(thread, at, shared);
        LoadValues(thread, at, step, shared);
      });
      const bool spoilt = shared.spoilt_step == step;
      AllProbabilities probabilities = {};  // 0 where a warp has no rows
      ForEachWarp(block, [&](const Warp& warp) {
        if (has_rows(warp)) {
          AttendStep(warp, step, shared, rows, probabilities);
        }
      });
      if (spoilt) {
        AddSpoiltValues(block, at, step, probabilities, rows, shared);
      }
    }
    ForEachWarp(block, [&](const Warp& warp) {
      if (has_rows(warp)) StoreRows(warp, place, rows);
    });
  }
};

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_ATTEND_MMA_INL_H_
