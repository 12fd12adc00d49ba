// One text that is being generated: its tokens and the rules for the next one.
#ifndef EVAL_ENGINE_TEXT_STATE_H_
#define EVAL_ENGINE_TEXT_STATE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "eval/engine/request.h"
#include "eval/kernels/ops.h"

namespace sn37::eval {

class TextState {
 public:
  // `request` must outlive it and be one that CheckRequest accepts.
  TextState(const GenerateRequest& request, int64_t vocabulary,
            int64_t max_positions);

  // Prompt and what was generated.
  const std::vector<int32_t>& tokens() const { return tokens_; }
  int64_t prompt_size() const {
    return static_cast<int64_t>(request_.prompt.size());
  }
  int64_t generated() const {
    return static_cast<int64_t>(tokens_.size()) - prompt_size();
  }

  // The rule for the next token; its pointers live as long as this object.
  PickRule rule() const;

  // Appends a token; tells whether the text ends with it, and why.
  std::optional<FinishReason> Append(int32_t token);

  GenerateResponse Response(FinishReason reason) const;

 private:
  const GenerateRequest& request_;
  const int64_t max_positions_;
  std::vector<int32_t> tokens_;
  // Bit sets over the vocabulary; empty where the rule has no use for them.
  std::vector<uint64_t> seen_;
  std::vector<uint64_t> stops_;
};

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_TEXT_STATE_H_
