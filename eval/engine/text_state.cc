#include "eval/engine/text_state.h"

#include <algorithm>

namespace sn37::eval {
namespace {

void Set(std::vector<uint64_t>& bits, int32_t id) {
  bits[id / 64] |= uint64_t{1} << (id % 64);
}

}  // namespace

TextState::TextState(const GenerateRequest& request, int64_t vocabulary,
                     int64_t max_positions)
    : request_(request),
      max_positions_(max_positions),
      tokens_(request.prompt) {
  const size_t words = (vocabulary + 63) / 64;
  if (request.repetition_penalty != 1.0f) {
    seen_.resize(words);
    for (int32_t id : tokens_) Set(seen_, id);
  }
  if (request.min_new_tokens > 0) {
    stops_.resize(words);
    for (int32_t id : request.stop_ids) {
      if (id >= 0 && id < vocabulary) Set(stops_, id);
    }
  }
}

PickRule TextState::rule() const {
  PickRule rule;
  rule.repetition_penalty = request_.repetition_penalty;
  if (!seen_.empty()) rule.seen = seen_.data();
  if (generated() < request_.min_new_tokens) rule.banned = stops_.data();
  return rule;
}

std::optional<FinishReason> TextState::Append(int32_t token) {
  tokens_.push_back(token);
  if (!seen_.empty()) Set(seen_, token);
  if (std::find(request_.stop_ids.begin(), request_.stop_ids.end(), token) !=
      request_.stop_ids.end()) {
    return FinishReason::kStop;
  }
  if (generated() >= request_.max_new_tokens ||
      static_cast<int64_t>(tokens_.size()) > max_positions_) {
    return FinishReason::kLength;
  }
  return std::nullopt;
}

GenerateResponse TextState::Response(FinishReason reason) const {
  return {{tokens_.begin() + prompt_size(), tokens_.end()}, reason};
}

}  // namespace sn37::eval
