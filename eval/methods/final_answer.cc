// Final answer: a conversation, a greedy answer, and what stands in its last
// \boxed{…} or JSON answer compared with the right answer in the sample's form
// (answer.h): 0 if it is the same, else, or if nothing stands there, 1. What
// was found is the score's `answer`.
//
// The prompt is cut to the sequence length on the left. At most 1024 new tokens
// if the task does not say otherwise, no repetition penalty: working repeats
// itself.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/methods/answer.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::FinalAnswer;
using datasets::Sample;

absl::Status CheckSample(const Sample& sample) {
  const FinalAnswer& body = sample.final_answer();
  if (sample.has_final_answer() && !body.prompt().empty() &&
      !body.answer().empty()) {
    return absl::OkStatus();
  }
  return absl::InternalError("the sample is no question with an answer");
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  const FinalAnswer& body = sample.final_answer();
  SN37_ASSIGN_OR_RETURN(
      std::vector<int32_t> prompt,
      EncodeChat(tokenizer, Conversation(body.system(), body.prompt()),
                 AddSpecial::kNo, options.salt));
  TruncateLeft(prompt, options.sequence_length);
  SampleRequests requests;
  SN37_ASSIGN_OR_RETURN(requests.generate.emplace_back(),
                        Ask(tokenizer, std::move(prompt), options));
  return requests;
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions&) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, 1));
  const FinalAnswer& body = sample.final_answer();
  const std::optional<std::string> answer = FindAnswer(responses[0].text());
  SampleScore score;
  score.add_items(AnswerDeviation(body.form(), body.answer(), answer));
  score.set_answer(answer.value_or(""));
  return score;
}

}  // namespace

extern const Method kFinalAnswer;
constinit const Method kFinalAnswer = {
    .name = "final_answer",
    .defaults = {.max_new_tokens = 1024},
    .worst = 1,
    .build = Build,
    .judge = Judge,
    .item_count = [](const Sample&) { return int64_t{1}; },
    .is_void = IsNeverVoid,
};

}  // namespace sn37::eval
