// The kernels compiled for AVX-512 with AVX512_BF16.

#include "eval/kernels/cpu/kernels.h"
#include "eval/kernels/cpu/simd_avx512bf16.h"

namespace sn37::eval {
namespace simd_avx512bf16 {
namespace {
#include "eval/kernels/cpu/kernels-inl.h"
}  // namespace
}  // namespace simd_avx512bf16

const CpuKernels* Avx512Bf16Kernels() {
  static constexpr CpuKernels kKernels =
      simd_avx512bf16::TableOf("avx512bf16", Layout::kBFloat16Pairs);
  return &kKernels;
}

}  // namespace sn37::eval
