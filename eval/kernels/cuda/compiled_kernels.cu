#include <cuda_runtime.h>

#include <cstring>

#include "eval/kernels/cuda/compiled_kernels.h"
#include "eval/kernels/cuda/table-inl.h"

namespace sn37::eval {
namespace {

int Describe(GpuDescription* gpu) {
  cudaDeviceProp properties;
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count)) return error;
  if (count == 0) return cudaErrorNoDevice;
  if (const cudaError_t error = cudaGetDeviceProperties(&properties, 0)) {
    return error;
  }
  std::strncpy(gpu->name, properties.name, sizeof(gpu->name) - 1);
  gpu->major = properties.major;
  gpu->minor = properties.minor;
  size_t free = 0, total = 0;
  const cudaError_t error = cudaMemGetInfo(&free, &total);
  gpu->free_bytes = static_cast<int64_t>(free);
  gpu->total_bytes = static_cast<int64_t>(total);
  return error;
}

const char* ErrorText(int error) {
  return cudaGetErrorString(static_cast<cudaError_t>(error));
}

}  // namespace

const CudaKernels& CompiledKernels() {
  static const CudaKernels table = gpu_grid::TableOf(Describe, ErrorText);
  return table;
}

}  // namespace sn37::eval
