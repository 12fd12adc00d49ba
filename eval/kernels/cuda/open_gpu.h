// From a program to a GPU: what has to be there, and what to do if it is not.
#ifndef EVAL_KERNELS_CUDA_OPEN_GPU_H_
#define EVAL_KERNELS_CUDA_OPEN_GPU_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/kernels/cuda/kernels.h"
#include "eval/kernels/ops.h"

namespace sn37::eval {

// The operations on the first GPU that the process sees (CUDA_VISIBLE_DEVICES
// says which). kUnavailable, never a model's fault, says what is missing:
//   kernels         null in a program that was built without CUDA
//   driver and GPU  in CUDA's own words
//   architecture    see CheckGpu
//   libtorch_cuda   see LoadTorchCuda; it brings cuBLASLt
//   cuBLASLt        see CheckCublasLt
// Nothing may have asked libtorch for CUDA before: its first answer stays.
// Takes no memory of the GPU: the operations do, all but device_kind(), and the
// process then keeps a part of it.
absl::StatusOr<std::unique_ptr<Ops>> OpenGpu(const CudaKernels* kernels);

// kUnavailable below compute capability 8.0, the first with bfloat16. That a
// GPU gives one answer is claimed of 9.0 alone, until //tests:gpu has passed on
// another.
absl::Status CheckGpu(const GpuDescription& gpu);

// Loads `name` so that libtorch finds its CUDA part and we find cuBLASLt;
// searched as the loader does, LD_LIBRARY_PATH first. It has to be of the
// libtorch that this program is linked with.
absl::Status LoadTorchCuda(const std::string& name = "libtorch_cuda.so");

// kUnavailable for another version than the pinned libtorch's CUDA part comes
// with: then that part is another one too.
absl::Status CheckCublasLt(int64_t version);

// "cuda-sm90x132-cublaslt130100-glibc2.36": what answers may depend on. 132 is
// the number of multiprocessors, by which cuBLASLt chooses algorithms.
std::string GpuKind(const GpuDescription& gpu, int64_t cublas_lt_version);

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_OPEN_GPU_H_
