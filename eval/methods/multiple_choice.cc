// Multiple choice: one user message, a short greedy answer; right if the first
// of the choices that stands in it as a word of its own is the answer.
//
// As the reference does it: the prompt is cut to the sequence length on the
// left, at most 20 new tokens, repetition penalty 1.1.
#include <algorithm>
#include <utility>
#include <vector>

#include "eval/methods/deviation.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::MultipleChoice;
using datasets::Sample;

absl::Status CheckSample(const Sample& sample) {
  const MultipleChoice& body = sample.multiple_choice();
  const auto& choices = body.choices();
  if (sample.has_multiple_choice() && !body.prompt().empty() &&
      std::find(choices.begin(), choices.end(), body.answer()) !=
          choices.end()) {
    return absl::OkStatus();
  }
  return absl::InternalError(
      "the sample is no multiple-choice question with its answer");
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SampleRequests requests;
  SN37_ASSIGN_OR_RETURN(
      std::vector<int32_t> prompt,
      EncodeChat(tokenizer, Conversation("", sample.multiple_choice().prompt()),
                 AddSpecial::kNo, options.salt));
  TruncateLeft(prompt, options.sequence_length);
  SN37_ASSIGN_OR_RETURN(requests.generate.emplace_back(),
                        Ask(tokenizer, std::move(prompt), options));
  return requests;
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions&) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, 1));
  SampleScore score;
  score.add_items(
      ChoiceDeviation(sample.multiple_choice(), responses[0].text()));
  return score;
}

}  // namespace

extern const Method kMultipleChoice;
constinit const Method kMultipleChoice = {
    .name = "multiple_choice",
    .defaults = {.max_new_tokens = 20, .repetition_penalty = 1.1f},
    .worst = 1,
    .build = Build,
    .judge = Judge,
    .item_count = [](const Sample&) { return int64_t{1}; },
    .is_void = IsNeverVoid,
};

}  // namespace sn37::eval
