// How much the engine takes on at once.
#ifndef EVAL_ENGINE_BATCH_LIMITS_H_
#define EVAL_ENGINE_BATCH_LIMITS_H_

#include <cstdint>

namespace sn37::eval {

// They bound memory and change no result. A request beyond a limit goes
// through alone.
struct BatchLimits {
  int64_t sequences = 64;           // requests in flight
  int64_t rows = 1024;              // tokens per pass
  int64_t cache_bytes = 4ll << 30;  // keys and values of generation
};

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_BATCH_LIMITS_H_
