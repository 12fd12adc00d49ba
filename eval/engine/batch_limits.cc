#include "eval/engine/batch_limits.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "eval/models/decoder_memory.h"

namespace sn37::eval {
namespace {

// More rows than these make nothing faster; fewer do not fill the threads.
constexpr int64_t kMostRows = 4096;
constexpr int64_t kFewestRows = 64;

}  // namespace

BatchLimits BatchLimits::Plan(const Decoder& decoder, int64_t sequences,
                              const DeviceMemory& memory) {
  const double bytes =
      static_cast<double>(std::min(memory.pass_bytes, memory.total_bytes / 4));
  const double rows = bytes / PassBytes(decoder.config(), 1);
  return {
      sequences,
      static_cast<int64_t>(std::clamp<double>(rows, kFewestRows, kMostRows)),
      memory.total_bytes};
}

BatchLimits BatchLimits::Halved() const {
  BatchLimits halved = *this;
  halved.sequences = std::max<int64_t>(1, sequences / 2);
  halved.rows = std::max(kFewestRows, rows / 2);
  return halved;
}

absl::Status CheckMemory(int64_t tokens, double bytes,
                         const BatchLimits& limits) {
  if (bytes <= static_cast<double>(limits.memory_bytes)) {
    return absl::OkStatus();
  }
  constexpr double kMiB = 1 << 20;
  return absl::ResourceExhaustedError(absl::StrCat(
      "a request of ", tokens, " tokens needs ", std::ceil(bytes / kMiB),
      " MiB for activations, keys and values; there are ",
      limits.memory_bytes / kMiB, " MiB (see --memory_mib)"));
}

}  // namespace sn37::eval
