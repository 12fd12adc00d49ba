// What the engine is asked and what it answers: plain values, all in token
// ids. Texts, templates and scores are other layers' business.
#ifndef EVAL_ENGINE_REQUEST_H_
#define EVAL_ENGINE_REQUEST_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/types/span.h"

namespace sn37::eval {

// Asks for the log-probability of every token from `score_from` on, each given
// all tokens before it.
struct ScoreRequest {
  // Context and continuation in one; between 2 and max_positions + 1 ids (the
  // last one is never fed to the model).
  std::vector<int32_t> tokens;
  // Index of the first scored token; 1 <= score_from < tokens.size().
  int64_t score_from = 1;
};

struct ScoreResponse {
  // logprobs[i] = log p(tokens[score_from + i] | tokens before it), natural
  // logarithm of a softmax in float32. All finite.
  std::vector<float> logprobs;
  // Whether every scored token is the likeliest one at its place (the lowest
  // id where several are equally likely).
  bool is_greedy = false;
};

// Asks for a greedy continuation.
struct GenerateRequest {
  std::vector<int32_t> prompt;  // at least one id
  int64_t max_new_tokens = 1;   // at least 1
  int64_t min_new_tokens = 0;   // stop ids cannot be chosen before this many
  // As Hugging Face's: the logit of every id that was seen, prompt included,
  // is divided by it when positive and multiplied by it when negative.
  float repetition_penalty = 1.0f;  // > 0
  std::vector<int32_t> stop_ids;    // generation ends after any of these
  // Or where this says so, asked after each new token about all new ones; may
  // be empty. Has to be a function of its argument alone. Stop strings are made
  // into one by eval/tokenizer/stop_strings.h.
  std::function<bool(absl::Span<const int32_t>)> is_end;
};

enum class FinishReason {
  kStop,    // a stop id was chosen, or is_end said so
  kLength,  // max_new_tokens, or the model's last position, was reached
};

struct GenerateResponse {
  std::vector<int32_t> tokens;  // new ids only; the stop id included if hit
  FinishReason finish_reason = FinishReason::kLength;
};

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_REQUEST_H_
