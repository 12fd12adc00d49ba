// Preference: two replies to a conversation, of which people preferred one; by
// how much the model finds it the likelier, per byte of its text
// (PreferenceScore, likelihood.h). What the margins came from are the
// responses, that of the chosen reply first: their sums and bytes.
#include "eval/methods/likelihood.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/replies.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::Preference;
using datasets::Sample;

absl::Status CheckSample(const Sample& sample) {
  const Preference& body = sample.preference();
  if (sample.has_preference() && !body.prompt().empty() &&
      !body.chosen().empty() && !body.rejected().empty()) {
    return absl::OkStatus();
  }
  return absl::InternalError("the sample is no prompt with two replies");
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  const Preference& body = sample.preference();
  return ScoreReplies(tokenizer, Conversation(body.system(), body.prompt()),
                      {body.chosen(), body.rejected()}, options,
                      GiveBack::kYes);
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions&) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, 2));
  SN37_ASSIGN_OR_RETURN(const auto replies, Likelihoods(responses));
  return PreferenceScore(replies[0], replies[1]);
}

}  // namespace

extern const Method kPreference;
constinit const Method kPreference = {
    .name = "preference",
    .defaults = {},
    .worst = 1,
    .build = Build,
    .judge = Judge,
    .item_count = [](const Sample&) { return int64_t{1}; },
    .is_void = IsNeverVoid,
};

}  // namespace sn37::eval
