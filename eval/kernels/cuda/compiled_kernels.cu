#include <cuda_runtime.h>

#include <cstring>
#include <mutex>

#include "eval/kernels/cuda/compiled_kernels.h"
#include "eval/kernels/cuda/table-inl.h"
#include "eval/kernels/cuda/upload-inl.h"

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
  gpu->multiprocessors = properties.multiProcessorCount;
  return 0;
}

int FreeBytes(int64_t* bytes) {
  size_t free = 0, total = 0;
  const cudaError_t error = cudaMemGetInfo(&free, &total);
  *bytes = static_cast<int64_t>(free);
  return error;
}

const char* ErrorText(int error) {
  return cudaGetErrorString(static_cast<cudaError_t>(error));
}

// Pinned memory, made when it is first asked for and kept.
struct PinnedBuffers {
  static constexpr int64_t kBytes = 16 << 20;
  int next = 0;
  char* pinned[2] = {};
  cudaEvent_t sent[2] = {};  // the last copy of each

  int Wait() {
    if (pinned[next] != nullptr) return cudaEventSynchronize(sent[next]);
    if (const cudaError_t error =
            cudaEventCreateWithFlags(&sent[next], cudaEventDisableTiming)) {
      return error;
    }
    return cudaMallocHost(&pinned[next], kBytes);
  }
  char* data() { return pinned[next]; }
  int Send(char* device, int64_t bytes) {
    if (const cudaError_t error = cudaMemcpyAsync(device, pinned[next], bytes,
                                                  cudaMemcpyHostToDevice)) {
      return error;
    }
    return cudaEventRecord(sent[next]);
  }
};

int Upload(const void* host, int64_t bytes, void* device) {
  static std::mutex mutex;
  static PinnedBuffers buffers;
  const std::lock_guard<std::mutex> lock(mutex);
  const int error = UploadThrough(buffers, host, bytes, device);
  cudaGetLastError();  // so that a launch does not tell it again
  return error;
}

}  // namespace

const CudaKernels& CompiledKernels() {
  static const CudaKernels table =
      gpu_grid::TableOf(Describe, FreeBytes, ErrorText, Upload);
  return table;
}

}  // namespace sn37::eval
