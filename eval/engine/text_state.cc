#include "eval/engine/text_state.h"

#include <algorithm>

namespace sn37::eval {
namespace {

// Tokens that have to be the same for a guess. With fewer most guesses fail.
constexpr int64_t kMatch = 3;

void Set(std::vector<uint64_t>& bits, int32_t id) {
  bits[id / 64] |= uint64_t{1} << (id % 64);
}

}  // namespace

int64_t MostFed(const GenerateRequest& request, int64_t max_positions) {
  const int64_t prompt = static_cast<int64_t>(request.prompt.size());
  return prompt + std::min(request.max_new_tokens - 1, max_positions - prompt);
}

TextState::TextState(const GenerateRequest& request, int64_t vocabulary,
                     int64_t max_positions)
    : request_(request),
      most_fed_(MostFed(request, max_positions)),
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

std::vector<int32_t> TextState::Draft(int64_t most) const {
  most = std::min(most, most_fed_ - size());
  if (most <= 0 || size() <= kMatch) return {};
  const auto tail = tokens_.rbegin();
  const auto match = std::search(tail + 1, tokens_.rend(), tail, tail + kMatch);
  if (match == tokens_.rend()) return {};
  const auto first = match.base();  // behind the match
  return {first, first + std::min<int64_t>(most, tokens_.end() - first)};
}

std::vector<PickRule> TextState::Rules(absl::Span<const int32_t> draft) {
  std::vector<PickRule> rules(draft.size() + 1);
  if (!seen_.empty()) draft_seen_.assign(draft.size() + 1, seen_);
  for (size_t i = 0; i < rules.size(); ++i) {
    PickRule& rule = rules[i];
    rule.repetition_penalty = request_.repetition_penalty;
    if (!seen_.empty()) {
      for (size_t j = 0; j < i; ++j) Set(draft_seen_[i], draft[j]);
      rule.seen = draft_seen_[i].data();
    }
    const bool is_early =
        generated() + static_cast<int64_t>(i) < request_.min_new_tokens;
    if (is_early) rule.banned = stops_.data();
  }
  return rules;
}

std::optional<FinishReason> TextState::Append(int32_t token) {
  tokens_.push_back(token);
  if (!seen_.empty()) Set(seen_, token);
  const auto& stops = request_.stop_ids;
  if (std::find(stops.begin(), stops.end(), token) != stops.end()) {
    return FinishReason::kStop;
  }
  const auto new_tokens = absl::MakeSpan(tokens_).subspan(prompt_size());
  if (request_.is_end && request_.is_end(new_tokens)) {
    return FinishReason::kStop;
  }
  if (size() > most_fed_) return FinishReason::kLength;
  return std::nullopt;
}

GenerateResponse TextState::Response(FinishReason reason) const {
  return {{tokens_.begin() + prompt_size(), tokens_.end()}, reason};
}

}  // namespace sn37::eval
