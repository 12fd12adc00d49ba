// From the engine's answers to the responses that are stored and judged.
#ifndef EVAL_METHODS_RESPONSE_H_
#define EVAL_METHODS_RESPONSE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/engine/request.h"
#include "eval/methods/method.h"

namespace sn37::eval {

// The log-probabilities are summed in float64, in token order. `scored_bytes`
// as in SampleRequests. REQUIRES: `answer` is the answer to `request`.
Response ToResponse(const ScoreRequest& request, int64_t scored_bytes,
                    const ScoreResponse& answer);

// The new tokens and their text without special tokens and ids that the
// tokenizer does not have. kOutOfRange when a token's text is longer than any
// that people made: answers are kept, and judged, whole.
absl::StatusOr<Response> ToResponse(const GenerateRequest& request,
                                    const GenerateResponse& answer,
                                    const Tokenizer& tokenizer);

// kInvalidArgument unless there are `count` responses.
absl::Status CheckResponseCount(const Responses& responses, int64_t count);

// kInvalidArgument if the response has no scored tokens, kDataLoss if their
// log-probability is not finite.
absl::Status CheckScored(const Response& response);

// kInvalidArgument if the scored tokens stand for no bytes.
absl::Status CheckBytes(const Response& response);

// The negative log-probability of the scored tokens, over their number or over
// their bytes. Errors: as CheckScored, and CheckBytes where bytes count.
absl::StatusOr<double> Loss(const Response& response, LossUnit unit);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_RESPONSE_H_
