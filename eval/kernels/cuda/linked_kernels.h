// The GPU's kernels that this program has.
#ifndef EVAL_KERNELS_CUDA_LINKED_KERNELS_H_
#define EVAL_KERNELS_CUDA_LINKED_KERNELS_H_

#include "eval/kernels/cuda/kernels.h"

namespace sn37::eval {

// Those of compiled_kernels.h with --config=cuda; else null, and nothing of
// nvcc's is in the program.
const CudaKernels* LinkedKernels();

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_LINKED_KERNELS_H_
