// How much the engine takes on at once.
#ifndef EVAL_ENGINE_BATCH_LIMITS_H_
#define EVAL_ENGINE_BATCH_LIMITS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "eval/models/decoder.h"

namespace sn37::eval {

// They bound memory and change no result.
struct BatchLimits {
  int64_t sequences = 64;  // requests in flight
  // Tokens per pass; a longer request goes through alone.
  int64_t rows = 4096;
  // Activations, keys and values together; a request that needs more alone is
  // refused.
  int64_t memory_bytes = 4ll << 30;
  // Rows of a step of generation over all texts, up to which next tokens are
  // guessed; 0: none are. Few rows cost hardly more than one, since the weights
  // are read once for all; many do.
  int64_t draft_rows = 16;

  // As many rows as make good use of the device, within the memory.
  static BatchLimits Plan(const Decoder& decoder, int64_t sequences,
                          const DeviceMemory& memory);

  // With half of the sequences and rows; the same where there is no less.
  BatchLimits Halved() const;

  bool operator==(const BatchLimits&) const = default;
};

// kResourceExhausted with the numbers when a request of `tokens` tokens that
// needs `bytes` does not fit.
absl::Status CheckMemory(int64_t tokens, double bytes,
                         const BatchLimits& limits);

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_BATCH_LIMITS_H_
