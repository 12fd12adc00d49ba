// Greedy generation with continuous batching: finished texts leave the batch,
// waiting ones enter, every text keeps its keys and values in blocks and shares
// those of a beginning that another text in flight has too. Where few texts are
// in flight, the next tokens are guessed from the text itself (prompt look-up)
// and checked in the same pass; only what would have been picked anyway stays.
#ifndef EVAL_ENGINE_GENERATOR_H_
#define EVAL_ENGINE_GENERATOR_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "eval/engine/batch_limits.h"
#include "eval/engine/engine.h"
#include "eval/models/decoder.h"

namespace sn37::eval {

// Engine::Generate on a decoder.
absl::Status GenerateAll(Decoder& decoder,
                         absl::Span<const GenerateRequest> requests,
                         const BatchLimits& limits, Engine::GenerateDone done);

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_GENERATOR_H_
