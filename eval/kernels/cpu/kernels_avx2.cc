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
  static constexpr CpuKernels kKernels =
      simd_avx2::TableOf("avx2", Layout::kBFloat16);
  return &kKernels;
}

}  // namespace sn37::eval
