// What the 32 threads of a warp do together: products by the GPU's matrix
// units, and numbers combined without shared memory; or a loop on the CPU that
// plays them.
#ifndef EVAL_KERNELS_CUDA_WARP_H_
#define EVAL_KERNELS_CUDA_WARP_H_

#include <cstdint>

#include "eval/kernels/cuda/grid.h"
#include "eval/kernels/cuda/numbers-inl.h"

namespace sn37::eval::SN37_GRID {

// A thread's parts of three matrices, sums (16, 8) += left (16, 16) · right
// (16, 8), as the instruction wants them (PTX ISA, "Matrix Fragments for
// mma.m16n8k16"). The warp's thread 4 g + t has of rows g and g + 8, and of
// column g, what is said here. A word is two bfloat16, the lower bits first.
struct Left {
  // Depths 2 t and 2 t + 1 of row g, of row g + 8; then 2 t + 8 and 2 t + 9.
  uint32_t words[4];
};
struct Right {
  uint32_t words[2];  // depths 2 t and 2 t + 1 of column g; 2 t + 8 and 2 t + 9
};
struct Sums {
  float at[4];  // columns 2 t and 2 t + 1 of row g; of row g + 8
};

SN37_DEVICE float LowerHalf(uint32_t word) {
  return ToFloat(Bf16{static_cast<uint16_t>(word)});
}
SN37_DEVICE float UpperHalf(uint32_t word) {
  return ToFloat(Bf16{static_cast<uint16_t>(word >> 16)});
}
SN37_DEVICE uint32_t BothHalves(float lower, float upper) {
#ifdef __CUDACC__
  uint32_t word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(upper), "f"(lower));
  return word;
#else
  Bf16 halves[2];
  FromFloat(lower, &halves[0]);
  FromFloat(upper, &halves[1]);
  return halves[0].bits | static_cast<uint32_t>(halves[1].bits) << 16;
#endif
}

class Warp {
 public:
  static constexpr int kThreads = 32;

  SN37_DEVICE explicit Warp(int index) : first_(index * kThreads) {}

  SN37_DEVICE int index() const { return first_ / kThreads; }  // in the block

  // Calls phase(thread) for the warp's threads, by their numbers in the block.
  template <typename Phase>
  SN37_DEVICE void ForEachThread(const Phase& phase) const {
#ifdef __CUDACC__
    phase(static_cast<int>(threadIdx.x));
#else
    for (int lane = 0; lane < kThreads; ++lane) phase(first_ + lane);
#endif
  }

  // sums(thread) += left(thread) · right(thread), the warp's parts together. A
  // sum's bits depend on what it was, its own row of `left` and its own column
  // of `right`, of which a finite number times 0 adds nothing. Products are
  // exact; the order of additions is that of the depths on the CPU, and on the
  // GPU one that NVIDIA does not tell, the same for all sums. //tests:gpu
  // asserts what of this is assumed.
  template <typename LeftOf, typename RightOf, typename SumsOf>
  SN37_DEVICE void Multiply(const LeftOf& left, const RightOf& right,
                            const SumsOf& sums) const {
#ifdef __CUDACC__
    const int thread = static_cast<int>(threadIdx.x);
    const Left a = left(thread);
    const Right b = right(thread);
    float* c = sums(thread).at;
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a.words[0]), "r"(a.words[1]), "r"(a.words[2]), "r"(a.words[3]),
          "r"(b.words[0]), "r"(b.words[1]));
#else
    PlayMultiply(left, right, sums);
#endif
  }

  // In each quad of successive threads, replaces the four numbers by
  // ((0, 1), (2, 3)), combined by a function that is commutative.
  template <typename NumberOf, typename Combine>
  SN37_DEVICE void CombineQuads(const NumberOf& number,
                                const Combine& combine) const {
#ifdef __CUDACC__
    float& own = number(static_cast<int>(threadIdx.x));
    own = combine(own, __shfl_xor_sync(0xffffffff, own, 1));
    own = combine(own, __shfl_xor_sync(0xffffffff, own, 2));
#else
    for (int thread = first_; thread < first_ + kThreads; thread += 4) {
      const float all =
          combine(combine(number(thread), number(thread + 1)),
                  combine(number(thread + 2), number(thread + 3)));
      for (int i = 0; i < 4; ++i) number(thread + i) = all;
    }
#endif
  }

 private:
#ifndef __CUDACC__
  template <typename LeftOf, typename RightOf, typename SumsOf>
  void PlayMultiply(const LeftOf& left, const RightOf& right,
                    const SumsOf& sums) const {
    float a[16][16], b[16][8], c[16][8];
    for (int lane = 0; lane < kThreads; ++lane) {
      const int thread = first_ + lane, g = lane / 4, t = lane % 4;
      const Left own_left = left(thread);
      const Right own_right = right(thread);
      for (int word = 0; word < 4; ++word) {
        float* at = &a[g + word % 2 * 8][2 * t + word / 2 * 8];
        at[0] = LowerHalf(own_left.words[word]);
        at[1] = UpperHalf(own_left.words[word]);
      }
      for (int word = 0; word < 2; ++word) {
        b[2 * t + 8 * word][g] = LowerHalf(own_right.words[word]);
        b[2 * t + 8 * word + 1][g] = UpperHalf(own_right.words[word]);
      }
      for (int i = 0; i < 4; ++i) {
        c[g + i / 2 * 8][2 * t + i % 2] = sums(thread).at[i];
      }
    }
    for (int row = 0; row < 16; ++row) {
      for (int depth = 0; depth < 16; ++depth) {
        for (int column = 0; column < 8; ++column) {
          c[row][column] =
              fmaf(a[row][depth], b[depth][column], c[row][column]);
        }
      }
    }
    for (int lane = 0; lane < kThreads; ++lane) {
      const int g = lane / 4, t = lane % 4;
      for (int i = 0; i < 4; ++i) {
        sums(first_ + lane).at[i] = c[g + i / 2 * 8][2 * t + i % 2];
      }
    }
  }
#endif

  int first_;
};

// Calls phase(warp) for the block's warps; as Block::ForEachThread otherwise.
template <typename Phase>
SN37_DEVICE void ForEachWarp(const Block& block, const Phase& phase) {
#ifdef __CUDACC__
  phase(Warp(static_cast<int>(threadIdx.x) / Warp::kThreads));
  __syncthreads();
#else
  for (int i = 0; i < block.threads / Warp::kThreads; ++i) phase(Warp(i));
#endif
}

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_WARP_H_
