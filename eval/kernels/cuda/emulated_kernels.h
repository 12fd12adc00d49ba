// The GPU's kernels played on the CPU (grid.h), on the CPU's memory: what can
// be tested of them without a GPU. Slow, one thread.
#ifndef EVAL_KERNELS_CUDA_EMULATED_KERNELS_H_
#define EVAL_KERNELS_CUDA_EMULATED_KERNELS_H_

#include "eval/kernels/cuda/kernels.h"

namespace sn37::eval {

const CudaKernels& EmulatedKernels();

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_EMULATED_KERNELS_H_
