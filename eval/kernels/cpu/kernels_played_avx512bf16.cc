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
  static constexpr CpuKernels kKernels = {
      "played_avx512bf16",
      Layout::kBFloat16Pairs,
      simd_played_avx512bf16::AttendScratchFloats,
      simd_played_avx512bf16::Linear,
      simd_played_avx512bf16::Head,
      simd_played_avx512bf16::Attend,
      simd_played_avx512bf16::RmsNorm,
      simd_played_avx512bf16::LayerNorm,
      simd_played_avx512bf16::Rotate,
  };
  return &kKernels;
}

}  // namespace sn37::eval
