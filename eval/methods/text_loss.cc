// Text loss: the mean loss of plain text, each token given all before it.
//
// As the reference means it, with its faults mended: the text is encoded with
// the tokenizer's special tokens (at most one BOS), cut to its first
// sequence_length tokens and not padded, so padding is neither read nor
// counted; the first token is never counted. The first two samples also
// generate 20 tokens each, greedily, from their first 100: if these are not
// reasonable (reasonable_output.h), the whole task is void.
#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/reasonable_output.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::Sample;

constexpr int64_t kCheckedSamples = 2;
constexpr int64_t kCheckedPrompt = 100;  // tokens

absl::Status CheckSample(const Sample& sample) {
  if (sample.has_text() && !sample.text().text().empty()) {
    return absl::OkStatus();
  }
  return absl::InternalError("the sample is no text");
}

// Bytes that all tokens but the first stand for: never more than the text has,
// whatever the model's tokenizer says.
absl::StatusOr<int64_t> ScoredBytes(const Tokenizer& tokenizer,
                                    const std::vector<int32_t>& tokens,
                                    const std::string& text) {
  SN37_ASSIGN_OR_RETURN(
      const std::string scored,
      tokenizer.Decode(absl::MakeSpan(tokens).subspan(1), SkipSpecial::kYes));
  return static_cast<int64_t>(std::min(scored.size(), text.size()));
}

GenerateRequest Continuation(const Tokenizer& tokenizer,
                             const std::vector<int32_t>& tokens) {
  const int64_t length = std::min(kCheckedPrompt, std::ssize(tokens));
  GenerateRequest request;
  request.prompt.assign(tokens.begin(), tokens.begin() + length);
  request.max_new_tokens = kReasonableLength;
  request.min_new_tokens = kReasonableLength;
  request.stop_ids = StopIds(tokenizer);
  return request;
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t index,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  ScoreRequest request;
  SN37_ASSIGN_OR_RETURN(request.tokens,
                        EncodeText(tokenizer, sample.text().text()));
  if (std::ssize(request.tokens) > options.sequence_length) {
    request.tokens.resize(options.sequence_length);
  }
  if (request.tokens.size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the tokenizer makes ", request.tokens.size(), " tokens of a text of ",
        sample.text().text().size(), " bytes; a loss needs two"));
  }
  SampleRequests requests;
  SN37_ASSIGN_OR_RETURN(
      const int64_t bytes,
      ScoredBytes(tokenizer, request.tokens, sample.text().text()));
  requests.scored_bytes.push_back(bytes);
  if (index < kCheckedSamples) {
    requests.generate.push_back(Continuation(tokenizer, request.tokens));
  }
  requests.score.push_back(std::move(request));
  return requests;
}

// One response for the loss, and a second one if the sample is checked.
absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  if (responses.size() != 2) {
    SN37_RETURN_IF_ERROR(CheckResponseCount(responses, 1));
  }
  SN37_ASSIGN_OR_RETURN(const double loss, MeanLoss(responses[0]));
  SampleScore score;
  score.add_items(loss);
  return score;
}

bool IsVoid(absl::Span<const JudgedSample> samples) {
  if (std::ssize(samples) < kCheckedSamples) return true;
  for (const JudgedSample& sample : samples.first(kCheckedSamples)) {
    if (sample.score == nullptr || sample.responses->size() != 2) return true;
  }
  return !IsReasonableOutput((*samples[0].responses)[1].tokens(),
                             (*samples[1].responses)[1].tokens());
}

}  // namespace

extern const Method kTextLoss;
constinit const Method kTextLoss = {
    .name = "text_loss",
    .defaults = {},
    .worst = std::numeric_limits<double>::infinity(),
    .build = Build,
    .judge = Judge,
    .item_count = [](const Sample&) { return int64_t{1}; },
    .is_void = IsVoid,
};

}  // namespace sn37::eval
