#include "eval/methods/response.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

// On average over an answer. Vocabularies in use have tokens of up to some
// hundred bytes (runs of spaces and dashes); a hostile one may have 100 MB.
constexpr size_t kMaxTokenBytes = 1024;

}  // namespace

Response ToResponse(const ScoreRequest& request, int64_t scored_bytes,
                    const ScoreResponse& answer) {
  SN37_CHECK(std::ssize(answer.logprobs) + request.score_from ==
             std::ssize(request.tokens))
      << answer.logprobs.size() << " log-probabilities for "
      << request.tokens.size() << " tokens from " << request.score_from;
  Response response;
  response.set_scored_tokens(std::ssize(answer.logprobs));
  response.set_sum_logprob(
      std::accumulate(answer.logprobs.begin(), answer.logprobs.end(), 0.0));
  response.set_scored_bytes(scored_bytes);
  response.set_context_tokens(request.score_from);
  return response;
}

absl::StatusOr<Response> ToResponse(const GenerateRequest& request,
                                    const GenerateResponse& answer,
                                    const Tokenizer& tokenizer) {
  Response response;
  response.mutable_tokens()->Add(answer.tokens.begin(), answer.tokens.end());
  SN37_ASSIGN_OR_RETURN(*response.mutable_text(),
                        tokenizer.Decode(answer.tokens, SkipSpecial::kYes));
  if (response.text().size() > kMaxTokenBytes * answer.tokens.size()) {
    return absl::OutOfRangeError(
        absl::StrCat("the tokenizer makes a text of ", response.text().size(),
                     " bytes of ", answer.tokens.size(), " tokens"));
  }
  response.set_context_tokens(std::ssize(request.prompt));
  return response;
}

absl::Status CheckResponseCount(const Responses& responses, int64_t count) {
  if (responses.size() == count) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(responses.size(), " responses where ", count, " belong"));
}

absl::Status CheckScored(const Response& response) {
  if (response.scored_tokens() < 1) {
    return absl::InvalidArgumentError("a response without scored tokens");
  }
  if (!std::isfinite(response.sum_logprob())) {
    return absl::DataLossError(
        absl::StrCat("the log-probabilities sum to ", response.sum_logprob()));
  }
  return absl::OkStatus();
}

absl::Status CheckBytes(const Response& response) {
  if (response.scored_bytes() >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError("a response without scored bytes");
}

absl::StatusOr<double> Loss(const Response& response, LossUnit unit) {
  SN37_RETURN_IF_ERROR(CheckScored(response));
  if (unit == LossUnit::kNatsPerToken) {
    return -response.sum_logprob() /
           static_cast<double>(response.scored_tokens());
  }
  SN37_RETURN_IF_ERROR(CheckBytes(response));
  return -response.sum_logprob() / std::numbers::ln2 /
         static_cast<double>(response.scored_bytes());
}

}  // namespace sn37::eval
