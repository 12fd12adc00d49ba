// The table of Avx512Bf16Kernels() for tests on processors that have AVX-512
// without AVX512_BF16: the same code with the instruction VDPBF16PS played.
#ifndef EVAL_KERNELS_CPU_PLAYED_KERNELS_H_
#define EVAL_KERNELS_CPU_PLAYED_KERNELS_H_

#include "eval/kernels/cpu/kernels.h"

namespace sn37::eval {

const CpuKernels* PlayedAvx512Bf16Kernels();

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_PLAYED_KERNELS_H_
