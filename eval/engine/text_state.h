// One text that is being generated: its tokens, the rules for the next ones,
// and a guess at them.
#ifndef EVAL_ENGINE_TEXT_STATE_H_
#define EVAL_ENGINE_TEXT_STATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "eval/engine/request.h"
#include "eval/kernels/ops.h"

namespace sn37::eval {

// The tokens of the request's text that may ever go through the model: all but
// the last new one.
int64_t MostFed(const GenerateRequest& request, int64_t max_positions);

class TextState {
 public:
  // `request` must outlive it and be one that CheckRequest accepts.
  TextState(const GenerateRequest& request, int64_t vocabulary,
            int64_t max_positions);

  // Prompt and what was generated.
  const std::vector<int32_t>& tokens() const { return tokens_; }
  int64_t size() const { return static_cast<int64_t>(tokens_.size()); }
  int64_t prompt_size() const {
    return static_cast<int64_t>(request_.prompt.size());
  }
  int64_t generated() const { return size() - prompt_size(); }

  // At most `most` tokens that may come next: those that came after the last
  // three tokens where these stood before, most recently (look-up of the text
  // in itself). Often right where an answer repeats its prompt.
  std::vector<int32_t> Draft(int64_t most) const;

  // The rules for the token after the text and after each of the draft's, if
  // all before it are right. Their pointers live until the next call.
  std::vector<PickRule> Rules(absl::Span<const int32_t> draft);

  // Appends a token; tells whether the text ends with it, and why.
  std::optional<FinishReason> Append(int32_t token);

  GenerateResponse Response(FinishReason reason) const;

 private:
  const GenerateRequest& request_;
  const int64_t most_fed_;
  std::vector<int32_t> tokens_;
  // Bit sets over the vocabulary; empty where the rules have no use for them.
  std::vector<uint64_t> seen_;
  std::vector<uint64_t> stops_;
  // seen_ with the draft's first tokens.
  std::vector<std::vector<uint64_t>> draft_seen_;
};

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_TEXT_STATE_H_
