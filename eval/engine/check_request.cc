#include "eval/engine/check_request.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

absl::Status CheckIds(const std::vector<int32_t>& ids, absl::string_view what,
                      const DecoderConfig& config) {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= config.vocabulary) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, "[", i, "] is ", ids[i],
                       ", outside the vocabulary of ", config.vocabulary));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLength(int64_t fed, const DecoderConfig& config) {
  if (fed <= config.max_positions) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("the model has ", config.max_positions,
                   " positions, the request needs ", fed));
}

}  // namespace

absl::Status CheckRequest(const ScoreRequest& request,
                          const DecoderConfig& config) {
  const int64_t size = static_cast<int64_t>(request.tokens.size());
  if (request.score_from < 1 || request.score_from >= size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "score_from is ", request.score_from,
        ", must be at least 1 and below the number of tokens, ", size));
  }
  SN37_RETURN_IF_ERROR(CheckIds(request.tokens, "tokens", config));
  return CheckLength(size - 1, config);
}

absl::Status CheckRequest(const GenerateRequest& request,
                          const DecoderConfig& config) {
  if (request.prompt.empty()) {
    return absl::InvalidArgumentError("the prompt has no tokens");
  }
  if (request.max_new_tokens < 1 || request.min_new_tokens < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "max_new_tokens ", request.max_new_tokens, " and min_new_tokens ",
        request.min_new_tokens, " must be at least 1 and 0"));
  }
  // Also refuses NaN.
  if (!(request.repetition_penalty > 0 && request.repetition_penalty < 1e6f)) {
    return absl::InvalidArgumentError(
        absl::StrCat("repetition_penalty ", request.repetition_penalty,
                     " must be positive and below 1e6"));
  }
  SN37_RETURN_IF_ERROR(CheckIds(request.prompt, "prompt", config));
  return CheckLength(static_cast<int64_t>(request.prompt.size()), config);
}

}  // namespace sn37::eval
