// A device's operations: the table of devices.
#ifndef EVAL_KERNELS_OPEN_DEVICE_H_
#define EVAL_KERNELS_OPEN_DEVICE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "eval/kernels/device.h"
#include "eval/kernels/ops.h"

namespace sn37::eval {

// `threads` as in ThreadPool; the GPU has its own. An error says what the
// machine or the program lacks (eval/kernels/cuda/open_gpu.h).
absl::StatusOr<std::unique_ptr<Ops>> OpenDevice(Device device, int threads);

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_OPEN_DEVICE_H_
