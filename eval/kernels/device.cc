#include "eval/kernels/device.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/text.h"

namespace sn37::eval {

absl::StatusOr<Device> ParseDevice(absl::string_view name) {
  if (name == "cpu") return Device::kCpu;
  if (name == "cuda") return Device::kCuda;
  return absl::InvalidArgumentError(
      absl::StrCat("the device is cpu or cuda, not '", Printable(name), "'"));
}

}  // namespace sn37::eval
