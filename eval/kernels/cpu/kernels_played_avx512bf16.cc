// The kernels of kernels_avx512bf16.cc with the instruction played.

#include "eval/kernels/cpu/played_kernels.h"
#include "eval/kernels/cpu/simd_played_avx512bf16.h"

namespace sn37::eval {
namespace simd_played_avx512bf16 {
namespace {
#include "eval/kernels/cpu/kernels-inl.h"
}  // namespace
}  // namespace simd_played_avx512bf16

const CpuKernels* PlayedAvx512Bf16Kernels() {
  static constexpr CpuKernels kKernels = simd_played_avx512bf16::TableOf(
      "played_avx512bf16", Layout::kBFloat16Pairs);
  return &kKernels;
}

}  // namespace sn37::eval
