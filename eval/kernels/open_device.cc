#include "eval/kernels/open_device.h"

#include "eval/kernels/cpu/cpu_ops.h"
#include "eval/kernels/cuda/linked_kernels.h"
#include "eval/kernels/cuda/open_gpu.h"

namespace sn37::eval {

absl::StatusOr<std::unique_ptr<Ops>> OpenDevice(Device device, int threads) {
  return device == Device::kCuda ? OpenGpu(LinkedKernels())
                                 : NewCpuOps(threads);
}

}  // namespace sn37::eval
