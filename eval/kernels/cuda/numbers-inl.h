// Numbers and functions of one, as the kernels use them.
#ifndef EVAL_KERNELS_CUDA_NUMBERS_INL_H_
#define EVAL_KERNELS_CUDA_NUMBERS_INL_H_

#include <math.h>

#include <cstdint>
#include <cstring>

#include "eval/kernels/activation.h"
#include "eval/kernels/cuda/grid.h"

namespace sn37::eval::SN37_GRID {

// The bits of a bfloat16: the upper half of a float32.
struct Bf16 {
  uint16_t bits;
};

SN37_DEVICE float ToFloat(float x) { return x; }
SN37_DEVICE float ToFloat(Bf16 x) {
  const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
#ifdef __CUDACC__
  return __uint_as_float(bits);
#else
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
#endif
}

// The nearest, even of two; NaN stays NaN.
SN37_DEVICE void FromFloat(float x, float* out) { *out = x; }
SN37_DEVICE void FromFloat(float x, Bf16* out) {
  uint32_t bits;
#ifdef __CUDACC__
  bits = __float_as_uint(x);
#else
  std::memcpy(&bits, &x, sizeof(bits));
#endif
  if (x != x) {
    out->bits = 0x7fc0;
    return;
  }
  out->bits = static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

SN37_DEVICE float Infinity() { return HUGE_VALF; }

SN37_DEVICE float Activated(Activation activation, float x) {
  switch (activation) {
    case Activation::kIdentity:
      return x;
    case Activation::kSilu:
      return x / (1.0f + expf(-x));
    case Activation::kGeluTanh:
      return 0.5f * x *
             (1.0f +
              tanhf(0.79788456080286536f * fmaf(x * x * x, 0.044715f, x)));
    case Activation::kGeluErf:
      return 0.5f * x * (1.0f + erff(x * 0.70710678118654752f));
    case Activation::kRelu:
      return x < 0.0f ? 0.0f : x;  // NaN stays
  }
  return x;
}

// cap · tanh(x / cap); x itself where there is no cap.
SN37_DEVICE float SoftCapped(float x, float cap) {
  return cap == 0.0f ? x : cap * tanhf(x / cap);
}

// Adds up one number per thread as a tree; part[0] is the sum, in all threads.
SN37_DEVICE void SumParts(const Block& block, float* part) {
  for (int half = block.threads / 2; half > 0; half /= 2) {
    block.ForEachThread([&](int thread) {
      if (thread < half) part[thread] += part[thread + half];
    });
  }
}

}  // namespace sn37::eval::SN37_GRID

#endif  // EVAL_KERNELS_CUDA_NUMBERS_INL_H_
