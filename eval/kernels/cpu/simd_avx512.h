// Sixteen float lanes on AVX-512. The twin of simd_avx2.h: but for pairs, same
// names, same lanes, same roundings, so that code over either gives the same
// bits.
//
// Only for the source files that are compiled for this instruction set
// (kernels_avx512*.cc): everything here is static or inlined away, so nothing
// compiled for AVX-512 can be linked into code that runs without it.
#ifndef EVAL_KERNELS_CPU_SIMD_AVX512_H_
#define EVAL_KERNELS_CPU_SIMD_AVX512_H_

// gcc 12 takes the undefined pass-through operands in its own header for uses
// of uninitialised variables (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#include <cstddef>
#include <cstdint>

#define SN37_SIMD_INLINE static inline __attribute__((always_inline))

namespace sn37::eval::simd_avx512 {

using Lanes = __m512;

// Vectors of a tile's row that are kept in registers at once: six rows of four
// are 24 of the 32 registers.
inline constexpr int kTileVectors = 4;

SN37_SIMD_INLINE Lanes Zero() { return _mm512_setzero_ps(); }
SN37_SIMD_INLINE Lanes Broadcast(float x) { return _mm512_set1_ps(x); }
SN37_SIMD_INLINE Lanes Load(const float* p) { return _mm512_loadu_ps(p); }
SN37_SIMD_INLINE void Store(float* p, Lanes v) { _mm512_storeu_ps(p, v); }

// The first n lanes (0 <= n <= 16); the others are zero, or left alone.
SN37_SIMD_INLINE __mmask16 FirstLanes(size_t n) {
  return static_cast<__mmask16>((1u << n) - 1);
}
SN37_SIMD_INLINE Lanes LoadFirst(const float* p, size_t n) {
  return _mm512_maskz_loadu_ps(FirstLanes(n), p);
}
SN37_SIMD_INLINE void StoreFirst(float* p, Lanes v, size_t n) {
  _mm512_mask_storeu_ps(p, FirstLanes(n), v);
}
// Lanes n and up replaced by `other`.
SN37_SIMD_INLINE Lanes KeepFirst(Lanes v, size_t n, float other) {
  return _mm512_mask_blend_ps(FirstLanes(n), Broadcast(other), v);
}

SN37_SIMD_INLINE Lanes Add(Lanes a, Lanes b) { return _mm512_add_ps(a, b); }
SN37_SIMD_INLINE Lanes Sub(Lanes a, Lanes b) { return _mm512_sub_ps(a, b); }
SN37_SIMD_INLINE Lanes Mul(Lanes a, Lanes b) { return _mm512_mul_ps(a, b); }
SN37_SIMD_INLINE Lanes Div(Lanes a, Lanes b) { return _mm512_div_ps(a, b); }
// a * b + c, rounded once.
SN37_SIMD_INLINE Lanes Fma(Lanes a, Lanes b, Lanes c) {
  return _mm512_fmadd_ps(a, b, c);
}
// b where either is NaN.
SN37_SIMD_INLINE Lanes Max(Lanes a, Lanes b) { return _mm512_max_ps(a, b); }
SN37_SIMD_INLINE Lanes Min(Lanes a, Lanes b) { return _mm512_min_ps(a, b); }
// To the nearest integer, ties to even.
SN37_SIMD_INLINE Lanes Round(Lanes v) {
  return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEAREST_INT);
}
// v * 2^n for integral n in [-252, 254], underflow rounded.
SN37_SIMD_INLINE Lanes ScaleByPowerOf2(Lanes v, Lanes n) {
  const __m512i i = _mm512_cvtps_epi32(n);
  const __m512i half = _mm512_srai_epi32(i, 1);
  const __m512i bias = _mm512_set1_epi32(127);
  const __m512i first = _mm512_slli_epi32(_mm512_add_epi32(half, bias), 23);
  const __m512i second =
      _mm512_slli_epi32(_mm512_add_epi32(_mm512_sub_epi32(i, half), bias), 23);
  return Mul(Mul(v, _mm512_castsi512_ps(first)), _mm512_castsi512_ps(second));
}
// a where x < y, else b.
SN37_SIMD_INLINE Lanes IfLess(Lanes x, Lanes y, Lanes a, Lanes b) {
  return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, y, _CMP_LT_OQ), b, a);
}
// Bit i is set where lane i of a equals that of b.
SN37_SIMD_INLINE uint32_t EqualMask(Lanes a, Lanes b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}

// Brings a cache line into the second-level cache.
SN37_SIMD_INLINE void Prefetch(const void* p) {
  _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T1);
}

// 32 bfloat16 as stored in a panel: the low halves of sixteen words are the
// first vector, the high halves the second.
SN37_SIMD_INLINE void Widen(const uint16_t* p, Lanes* first, Lanes* second) {
  const __m512i words = _mm512_loadu_si512(p);
  *first = _mm512_castsi512_ps(_mm512_slli_epi32(words, 16));
  *second = _mm512_castsi512_ps(
      _mm512_and_si512(words, _mm512_set1_epi32(static_cast<int>(0xffff0000))));
}

// Pairs of bfloat16 in 32-bit words, for the tables with products of pairs.
using Pairs = __m512i;
SN37_SIMD_INLINE Pairs Broadcast(uint32_t pair) {
  return _mm512_set1_epi32(static_cast<int>(pair));
}
SN37_SIMD_INLINE Pairs LoadPairs(const uint32_t* p) {
  return _mm512_loadu_si512(p);
}
// To bfloat16, the nearest, ties to even; NaN stays NaN.
SN37_SIMD_INLINE void Narrow(Lanes v, uint16_t* p) {
  const __m512i bits = _mm512_castps_si512(v);
  const __m512i odd =
      _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded =
      _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __m512i kept =
      _mm512_mask_or_epi32(rounded, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q),
                           bits, _mm512_set1_epi32(0x00400000));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      _mm512_cvtepi32_epi16(_mm512_srli_epi32(kept, 16)));
}

// Lane i + lane i + 8, then + 4, + 2, + 1.
SN37_SIMD_INLINE float Sum(Lanes v) {
  __m256 a =
      _mm256_add_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  b = _mm_add_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_add_ss(b, _mm_movehdup_ps(b)));
}
SN37_SIMD_INLINE float LargestLane(Lanes v) {
  __m256 a =
      _mm256_max_ps(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 b = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  b = _mm_max_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_max_ss(b, _mm_movehdup_ps(b)));
}

}  // namespace sn37::eval::simd_avx512

#endif  // EVAL_KERNELS_CPU_SIMD_AVX512_H_
