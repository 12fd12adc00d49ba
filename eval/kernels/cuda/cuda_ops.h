// The decoder's operations on a GPU, over a table of kernels (kernels.h) and
// cuBLASLt; libtorch holds the memory and copies.
//
// Layouts: a Matrix is (outputs, inputs) in its dtype; a cache layer's keys and
// values are each (blocks · kv_heads · 64, head_dim). With bfloat16 weights the
// rows that a product takes are rounded to bfloat16; all else is float32, as on
// the CPU.
//
// What goes wrong on the device, memory that runs out included, comes as
// libtorch's exceptions; the engine catches them.
#ifndef EVAL_KERNELS_CUDA_CUDA_OPS_H_
#define EVAL_KERNELS_CUDA_CUDA_OPS_H_

#include <c10/core/Device.h>

#include <memory>
#include <string>

#include "eval/kernels/cuda/cublas_lt.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/ops.h"

namespace sn37::eval {

// Tensors are made on `device`, where `kernels` work. Without a cublas_lt the
// plain product does all. `device_kind` is what the operations say they are.
std::unique_ptr<Ops> NewCudaOps(const CudaKernels& kernels, at::Device device,
                                std::unique_ptr<CublasLt> cublas_lt,
                                std::string device_kind);

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_CUDA_OPS_H_
