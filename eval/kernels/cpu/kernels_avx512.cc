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
  static constexpr CpuKernels kKernels =
      simd_avx512::TableOf("avx512", Layout::kBFloat16);
  return &kKernels;
}

}  // namespace sn37::eval
