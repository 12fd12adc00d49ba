// Where a model is run.
#ifndef EVAL_KERNELS_DEVICE_H_
#define EVAL_KERNELS_DEVICE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::eval {

enum class Device { kCpu, kCuda };

// "cpu" or "cuda", as flags name them; kInvalidArgument for another name.
absl::StatusOr<Device> ParseDevice(absl::string_view name);

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_DEVICE_H_
