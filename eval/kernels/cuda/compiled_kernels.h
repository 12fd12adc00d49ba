// The kernels as nvcc compiled them, for compute capability 8.0 and 9.0, and
// as PTX for what comes later.
#ifndef EVAL_KERNELS_CUDA_COMPILED_KERNELS_H_
#define EVAL_KERNELS_CUDA_COMPILED_KERNELS_H_

#include "eval/kernels/cuda/kernels.h"

namespace sn37::eval {

const CudaKernels& CompiledKernels();

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_COMPILED_KERNELS_H_
