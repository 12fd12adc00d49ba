// The kernels compiled for AVX2.

#include "eval/kernels/cpu/kernels.h"
#include "eval/kernels/cpu/simd_avx2.h"

namespace sn37::eval {
namespace simd_avx2 {
namespace {
#include "eval/kernels/cpu/kernels-inl.h"
}  // namespace
}  // namespace simd_avx2

const CpuKernels* Avx2Kernels() {
  static constexpr CpuKernels kKernels = {
      "avx2",
      Layout::kBFloat16,
      simd_avx2::AttendScratchFloats,
      simd_avx2::Linear,
      simd_avx2::Head,
      simd_avx2::Attend,
      simd_avx2::RmsNorm,
      simd_avx2::LayerNorm,
      simd_avx2::Rotate,
  };
  return &kKernels;
}

}  // namespace sn37::eval
