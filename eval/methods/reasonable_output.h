// Whether a model writes text at all: two continuations of different texts that
// share half of their tokens, or that both repeat one token, are not
// reasonable.
#ifndef EVAL_METHODS_REASONABLE_OUTPUT_H_
#define EVAL_METHODS_REASONABLE_OUTPUT_H_

#include <cstdint>

#include "absl/types/span.h"

namespace sn37::eval {

inline constexpr int64_t kReasonableLength = 20;  // tokens of a continuation

// False when 10 or more places hold the same token, when in both the commonest
// token comes more than 10 times, or when either has not 20 tokens.
bool IsReasonableOutput(absl::Span<const int32_t> a,
                        absl::Span<const int32_t> b);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_REASONABLE_OUTPUT_H_
