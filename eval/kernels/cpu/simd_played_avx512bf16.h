// The twin of simd_avx512bf16.h that needs AVX-512 alone: it plays VDPBF16PS
// with two fused multiply-adds while denormal numbers are switched off. Same
// bits, but for which NaN comes out.
#ifndef EVAL_KERNELS_CPU_SIMD_PLAYED_AVX512BF16_H_
#define EVAL_KERNELS_CPU_SIMD_PLAYED_AVX512BF16_H_

#include "eval/kernels/cpu/simd_avx512.h"

#define SN37_SIMD_PAIRS

namespace sn37::eval::simd_played_avx512bf16 {

using namespace simd_avx512;  // NOLINT: as if this were that namespace
using simd_avx512::Fma;

SN37_SIMD_INLINE Lanes Fma(Pairs a, Pairs b, Lanes c) {
  const __m512i high = _mm512_set1_epi32(static_cast<int>(0xffff0000));
  const Pairs a1 = _mm512_and_si512(a, high), a0 = _mm512_slli_epi32(a, 16);
  const Pairs b1 = _mm512_and_si512(b, high), b0 = _mm512_slli_epi32(b, 16);
  // To the nearest even, exceptions masked, denormals zero in and out.
  const uint32_t without_denormals = 0x9fc0;
  uint32_t before;
  // One statement, so that nothing else is computed in this mode.
  asm("vstmxcsr %[before]\n\t"
      "vldmxcsr %[mode]\n\t"
      "vfmadd231ps %[b1], %[a1], %[c]\n\t"
      "vfmadd231ps %[b0], %[a0], %[c]\n\t"
      "vldmxcsr %[before]"
      : [c] "+&v"(c), [before] "=&m"(before)
      : [mode] "m"(without_denormals), [a0] "v"(a0), [a1] "v"(a1), [b0] "v"(b0),
        [b1] "v"(b1));
  return c;
}

}  // namespace sn37::eval::simd_played_avx512bf16

#endif  // EVAL_KERNELS_CPU_SIMD_PLAYED_AVX512BF16_H_
