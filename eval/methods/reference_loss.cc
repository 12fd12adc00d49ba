// Reference loss: the mean loss of a reply that is given, after a conversation
// that is given, over the reply's tokens or bytes.
//
// As the reference does it, with its faults mended (replies.h): at most one
// BOS, the conversation cut to the sequence length on the left, no special
// token of the reply counted. A conversation and reply that are too long for
// the model are the model's failure.
#include <limits>

#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/replies.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::Reference;
using datasets::Sample;

absl::Status CheckSample(const Sample& sample) {
  if (sample.has_reference() && !sample.reference().prompt().empty() &&
      !sample.reference().reference().empty()) {
    return absl::OkStatus();
  }
  return absl::InternalError("the sample is no prompt with a reference");
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  const Reference& body = sample.reference();
  return ScoreReplies(tokenizer, Conversation(body.system(), body.prompt()),
                      {body.reference()}, options,
                      options.loss_unit == LossUnit::kBitsPerByte
                          ? GiveBack::kYes
                          : GiveBack::kNo);
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, 1));
  SN37_ASSIGN_OR_RETURN(const double loss,
                        Loss(responses[0], options.loss_unit));
  SampleScore score;
  score.add_items(loss);
  return score;
}

}  // namespace

extern const Method kReferenceLoss;
constinit const Method kReferenceLoss = {
    .name = "reference_loss",
    .defaults = {},
    .worst = std::numeric_limits<double>::infinity(),
    .build = Build,
    .judge = Judge,
    .item_count = [](const Sample&) { return int64_t{1}; },
    .is_void = IsNeverVoid,
};

}  // namespace sn37::eval
