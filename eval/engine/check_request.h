// Whether a model can take a request at all.
#ifndef EVAL_ENGINE_CHECK_REQUEST_H_
#define EVAL_ENGINE_CHECK_REQUEST_H_

#include "absl/status/status.h"
#include "eval/engine/request.h"
#include "eval/models/decoder_config.h"

namespace sn37::eval {

// kInvalidArgument for what no model could take or for ids outside the
// vocabulary, kOutOfRange for more tokens than the model has positions; both
// give the numbers.
absl::Status CheckRequest(const ScoreRequest& request,
                          const DecoderConfig& config);
absl::Status CheckRequest(const GenerateRequest& request,
                          const DecoderConfig& config);

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_CHECK_REQUEST_H_
