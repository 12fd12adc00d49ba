#include "eval/kernels/cuda/linked_kernels.h"

#ifdef SN37_CUDA
#include "eval/kernels/cuda/compiled_kernels.h"
#endif

namespace sn37::eval {

const CudaKernels* LinkedKernels() {
#ifdef SN37_CUDA
  return &CompiledKernels();
#else
  return nullptr;
#endif
}

}  // namespace sn37::eval
