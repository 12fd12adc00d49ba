// Scoring: requests packed into batches without padding; what requests have in
// common at their beginning is computed once per batch.
#ifndef EVAL_ENGINE_SCORER_H_
#define EVAL_ENGINE_SCORER_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "eval/engine/batch_limits.h"
#include "eval/engine/engine.h"
#include "eval/models/decoder.h"

namespace sn37::eval {

// Engine::Score on a decoder.
absl::Status ScoreAll(Decoder& decoder, absl::Span<const ScoreRequest> requests,
                      const BatchLimits& limits, Engine::ScoreDone done);

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_SCORER_H_
