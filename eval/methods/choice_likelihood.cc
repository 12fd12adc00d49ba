// Choice by likelihood: a question with its choices as replies; right if the
// answer is likelier than every other choice, per byte of its text
// (ChoiceScore, likelihood.h). What the margins came from are the responses,
// one for each choice: their sums and bytes.
#include <algorithm>
#include <string>
#include <vector>

#include "eval/methods/likelihood.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/replies.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::MultipleChoice;
using datasets::Sample;

// The place of the answer among at least two choices.
absl::StatusOr<int64_t> AnswerOf(const Sample& sample) {
  const MultipleChoice& body = sample.multiple_choice();
  const auto& choices = body.choices();
  const auto answer = std::find(choices.begin(), choices.end(), body.answer());
  if (sample.has_multiple_choice() && !body.prompt().empty() &&
      choices.size() >= 2 && answer != choices.end()) {
    return answer - choices.begin();
  }
  return absl::InternalError("the sample is no question with choices");
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(AnswerOf(sample).status());
  const MultipleChoice& body = sample.multiple_choice();
  return ScoreReplies(tokenizer, Conversation("", body.prompt()),
                      {body.choices().begin(), body.choices().end()}, options,
                      GiveBack::kYes);
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions&) {
  SN37_ASSIGN_OR_RETURN(const int64_t answer, AnswerOf(sample));
  SN37_RETURN_IF_ERROR(
      CheckResponseCount(responses, sample.multiple_choice().choices_size()));
  SN37_ASSIGN_OR_RETURN(const auto choices, Likelihoods(responses));
  return ChoiceScore(choices, answer);
}

}  // namespace

extern const Method kChoiceLikelihood;
constinit const Method kChoiceLikelihood = {
    .name = "choice_likelihood",
    .defaults = {},
    .worst = 1,
    .build = Build,
    .judge = Judge,
    .item_count = [](const Sample&) { return int64_t{1}; },
    .is_void = IsNeverVoid,
};

}  // namespace sn37::eval
