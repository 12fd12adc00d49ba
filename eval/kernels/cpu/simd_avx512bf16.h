// simd_avx512.h with products of pairs by the instruction VDPBF16PS. Its twin
// for tests is simd_played_avx512bf16.h.
#ifndef EVAL_KERNELS_CPU_SIMD_AVX512BF16_H_
#define EVAL_KERNELS_CPU_SIMD_AVX512BF16_H_

#include "eval/kernels/cpu/simd_avx512.h"

#define SN37_SIMD_PAIRS

namespace sn37::eval::simd_avx512bf16 {

using namespace simd_avx512;  // NOLINT: as if this were that namespace
using simd_avx512::Fma;

// c + a's second · b's second, then + a's first · b's first, each rounded once
// to the nearest even; denormal operands and results are zero.
SN37_SIMD_INLINE Lanes Fma(Pairs a, Pairs b, Lanes c) {
  return _mm512_dpbf16_ps(c, reinterpret_cast<__m512bh>(a),
                          reinterpret_cast<__m512bh>(b));
}

}  // namespace sn37::eval::simd_avx512bf16

#endif  // EVAL_KERNELS_CPU_SIMD_AVX512BF16_H_
