#include "eval/kernels/cpu/kernels.h"

namespace sn37::eval {

const CpuKernels* BestKernels() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
    return __builtin_cpu_supports("avx512bf16") ? Avx512Bf16Kernels()
                                                : Avx512Kernels();
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return Avx2Kernels();
  }
  return nullptr;
}

}  // namespace sn37::eval
