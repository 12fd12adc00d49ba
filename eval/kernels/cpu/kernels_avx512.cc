// The kernels compiled for AVX-512.

#include "eval/kernels/cpu/kernels.h"
#include "eval/kernels/cpu/simd_avx512.h"

namespace sn37::eval {
namespace simd_avx512 {
namespace {
#include "eval/kernels/cpu/kernels-inl.h"
}  // namespace
}  // namespace simd_avx512

const CpuKernels* Avx512Kernels() {
  static constexpr CpuKernels kKernels = {
      "avx512",
      Layout::kBFloat16,
      simd_avx512::AttendScratchFloats,
      simd_avx512::Linear,
      simd_avx512::Head,
      simd_avx512::Attend,
      simd_avx512::RmsNorm,
      simd_avx512::LayerNorm,
      simd_avx512::Rotate,
  };
  return &kKernels;
}

}  // namespace sn37::eval
