// Sixteen float lanes on AVX2 with FMA: two registers of eight. The twin of
// simd_avx512.h, which documents the functions.
#ifndef EVAL_KERNELS_CPU_SIMD_AVX2_H_
#define EVAL_KERNELS_CPU_SIMD_AVX2_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#define SN37_SIMD_INLINE static inline __attribute__((always_inline))

namespace sn37::eval::simd_avx2 {

struct Lanes {
  __m256 low;
  __m256 high;
};

// Six rows of one (two registers each) are 12 of the 16 registers.
inline constexpr int kTileVectors = 1;

SN37_SIMD_INLINE Lanes Zero() {
  return {_mm256_setzero_ps(), _mm256_setzero_ps()};
}
SN37_SIMD_INLINE Lanes Broadcast(float x) {
  return {_mm256_set1_ps(x), _mm256_set1_ps(x)};
}
SN37_SIMD_INLINE Lanes Load(const float* p) {
  return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
}
SN37_SIMD_INLINE void Store(float* p, Lanes v) {
  _mm256_storeu_ps(p, v.low);
  _mm256_storeu_ps(p + 8, v.high);
}

// All ones in the lanes below n - from.
SN37_SIMD_INLINE __m256i FirstLanes(size_t n, int from) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n) - from),
                            lane);
}
SN37_SIMD_INLINE Lanes LoadFirst(const float* p, size_t n) {
  return {_mm256_maskload_ps(p, FirstLanes(n, 0)),
          _mm256_maskload_ps(p + 8, FirstLanes(n, 8))};
}
SN37_SIMD_INLINE void StoreFirst(float* p, Lanes v, size_t n) {
  _mm256_maskstore_ps(p, FirstLanes(n, 0), v.low);
  _mm256_maskstore_ps(p + 8, FirstLanes(n, 8), v.high);
}
SN37_SIMD_INLINE Lanes KeepFirst(Lanes v, size_t n, float other) {
  const __m256 o = _mm256_set1_ps(other);
  return {_mm256_blendv_ps(o, v.low, _mm256_castsi256_ps(FirstLanes(n, 0))),
          _mm256_blendv_ps(o, v.high, _mm256_castsi256_ps(FirstLanes(n, 8)))};
}

SN37_SIMD_INLINE Lanes Add(Lanes a, Lanes b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
SN37_SIMD_INLINE Lanes Sub(Lanes a, Lanes b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
SN37_SIMD_INLINE Lanes Mul(Lanes a, Lanes b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
SN37_SIMD_INLINE Lanes Div(Lanes a, Lanes b) {
  return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}
SN37_SIMD_INLINE Lanes Fma(Lanes a, Lanes b, Lanes c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low),
          _mm256_fmadd_ps(a.high, b.high, c.high)};
}
SN37_SIMD_INLINE Lanes Max(Lanes a, Lanes b) {
  return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}
SN37_SIMD_INLINE Lanes Min(Lanes a, Lanes b) {
  return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}
SN37_SIMD_INLINE Lanes Round(Lanes v) {
  constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(v.low, kNearest), _mm256_round_ps(v.high, kNearest)};
}
SN37_SIMD_INLINE __m256 ScaleByPowerOf2(__m256 v, __m256 n) {
  const __m256i i = _mm256_cvtps_epi32(n);
  const __m256i half = _mm256_srai_epi32(i, 1);
  const __m256i bias = _mm256_set1_epi32(127);
  const __m256i first = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
  const __m256i second =
      _mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(i, half), bias), 23);
  return _mm256_mul_ps(_mm256_mul_ps(v, _mm256_castsi256_ps(first)),
                       _mm256_castsi256_ps(second));
}
SN37_SIMD_INLINE Lanes ScaleByPowerOf2(Lanes v, Lanes n) {
  return {ScaleByPowerOf2(v.low, n.low), ScaleByPowerOf2(v.high, n.high)};
}
SN37_SIMD_INLINE Lanes IfLess(Lanes x, Lanes y, Lanes a, Lanes b) {
  return {
      _mm256_blendv_ps(b.low, a.low, _mm256_cmp_ps(x.low, y.low, _CMP_LT_OQ)),
      _mm256_blendv_ps(b.high, a.high,
                       _mm256_cmp_ps(x.high, y.high, _CMP_LT_OQ))};
}
SN37_SIMD_INLINE uint32_t EqualMask(Lanes a, Lanes b) {
  const int low = _mm256_movemask_ps(_mm256_cmp_ps(a.low, b.low, _CMP_EQ_OQ));
  const int high =
      _mm256_movemask_ps(_mm256_cmp_ps(a.high, b.high, _CMP_EQ_OQ));
  return static_cast<uint32_t>(low | (high << 8));
}

SN37_SIMD_INLINE void Prefetch(const void* p) {
  _mm_prefetch(static_cast<const char*>(p), _MM_HINT_T1);
}

SN37_SIMD_INLINE void Widen(const uint16_t* p, Lanes* first, Lanes* second) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i b =
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 16));
  const __m256i high_half = _mm256_set1_epi32(static_cast<int>(0xffff0000));
  first->low = _mm256_castsi256_ps(_mm256_slli_epi32(a, 16));
  first->high = _mm256_castsi256_ps(_mm256_slli_epi32(b, 16));
  second->low = _mm256_castsi256_ps(_mm256_and_si256(a, high_half));
  second->high = _mm256_castsi256_ps(_mm256_and_si256(b, high_half));
}

SN37_SIMD_INLINE float Sum(Lanes v) {
  const __m256 a = _mm256_add_ps(v.low, v.high);
  __m128 b = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  b = _mm_add_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_add_ss(b, _mm_movehdup_ps(b)));
}
SN37_SIMD_INLINE float LargestLane(Lanes v) {
  const __m256 a = _mm256_max_ps(v.low, v.high);
  __m128 b = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  b = _mm_max_ps(b, _mm_movehl_ps(b, b));
  return _mm_cvtss_f32(_mm_max_ss(b, _mm_movehdup_ps(b)));
}

}  // namespace sn37::eval::simd_avx2

#endif  // EVAL_KERNELS_CPU_SIMD_AVX2_H_
