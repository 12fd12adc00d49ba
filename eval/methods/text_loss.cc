// Text loss: the mean loss of plain text, each token given all before it, over
// its tokens or bytes.
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
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/reasonable_output.h"
#include "eval/methods/replies.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::Sample;

constexpr int64_t kCheckedSamples = 2;
constexpr int64_t kCheckedPrompt = 100;  // tokens
constexpr size_t kMaxSpecial = 16;  // special tokens in front; known: 0 to 2

absl::Status CheckSample(const Sample& sample) {
  if (sample.has_text() && !sample.text().text().empty()) {
    return absl::OkStatus();
  }
  return absl::InternalError("the sample is no text");
}

// Bytes that all tokens but the first stand for: never more than the text has,
// whatever the model's tokenizer says.
absl::StatusOr<int64_t> ClaimedBytes(const Tokenizer& tokenizer,
                                     absl::Span<const int32_t> tokens,
                                     absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(const std::string scored,
                        tokenizer.Decode(tokens.subspan(1), SkipSpecial::kYes));
  return static_cast<int64_t>(std::min(scored.size(), text.size()));
}

// How many bytes of `text` its first tokens give back.
absl::StatusOr<int64_t> BytesOf(const Tokenizer& tokenizer,
                                absl::Span<const int32_t> first,
                                absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(const std::string decoded, tokenizer.DecodeAll(first));
  const auto end =
      std::mismatch(decoded.begin(), decoded.end(), text.begin(), text.end());
  return end.first - decoded.begin();
}

// Bytes that all tokens but the first give back, from a tokenizer that gives
// back the whole text. `tokens` are the text's first ones, behind special ones.
absl::StatusOr<int64_t> CheckedBytes(const Tokenizer& tokenizer,
                                     absl::Span<const int32_t> tokens,
                                     absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(const std::vector<int32_t> plain,
                        tokenizer.Encode(text, AddSpecial::kNo));
  SN37_RETURN_IF_ERROR(CheckGivesBack(tokenizer, plain, text));
  for (size_t special = 0; special < std::min(kMaxSpecial, tokens.size());
       ++special) {
    const size_t kept = std::min(tokens.size() - special, plain.size());
    const auto kept_tokens = absl::MakeSpan(plain).first(kept);
    if (tokens.subspan(special, kept) != kept_tokens) continue;
    SN37_ASSIGN_OR_RETURN(const int64_t all,
                          BytesOf(tokenizer, kept_tokens, text));
    if (special > 0) return all;
    SN37_ASSIGN_OR_RETURN(const int64_t unscored,
                          BytesOf(tokenizer, kept_tokens.first(1), text));
    return all - unscored;
  }
  return absl::InvalidArgumentError(
      "the tokenizer's special tokens change the tokens of the text");
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
      (options.loss_unit == LossUnit::kBitsPerByte
           ? CheckedBytes
           : ClaimedBytes)(tokenizer, request.tokens, sample.text().text()));
  requests.scored_bytes.push_back(bytes);
  if (index < kCheckedSamples) {
    requests.generate.push_back(Continuation(tokenizer, request.tokens));
  }
  requests.score.push_back(std::move(request));
  return requests;
}

// One response for the loss, and a second one if the sample is checked.
absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  if (responses.size() != 2) {
    SN37_RETURN_IF_ERROR(CheckResponseCount(responses, 1));
  }
  SN37_ASSIGN_OR_RETURN(const double loss,
                        Loss(responses[0], options.loss_unit));
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
