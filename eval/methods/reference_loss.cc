// Reference loss: the mean loss of a reply that is given, after a conversation
// that is given.
//
// As the reference does it, with its faults mended: the rendered conversation
// is encoded with the tokenizer's special tokens and has at most one BOS; it is
// cut to the sequence length on the left; the reply is encoded without special
// tokens, so that none is counted. A conversation and reply that are too long
// for the model are the model's failure.
#include <limits>
#include <vector>

#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
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

std::vector<ChatMessage> Conversation(const Reference& body) {
  std::vector<ChatMessage> messages;
  if (!body.system().empty()) messages.push_back({"system", body.system()});
  messages.push_back({"user", body.prompt()});
  return messages;
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  const Reference& body = sample.reference();
  SampleRequests requests;
  ScoreRequest& request = requests.score.emplace_back();
  SN37_ASSIGN_OR_RETURN(
      request.tokens,
      EncodeChat(tokenizer, Conversation(body), AddSpecial::kYes));
  TruncateLeft(request.tokens, options.sequence_length);
  request.score_from = std::ssize(request.tokens);
  SN37_ASSIGN_OR_RETURN(const std::vector<int32_t> reply,
                        tokenizer.Encode(body.reference(), AddSpecial::kNo));
  if (reply.empty()) {
    return absl::InvalidArgumentError(
        "the tokenizer makes no tokens of the reference");
  }
  request.tokens.insert(request.tokens.end(), reply.begin(), reply.end());
  requests.scored_bytes.push_back(std::ssize(body.reference()));
  return requests;
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, 1));
  SN37_ASSIGN_OR_RETURN(const double loss, MeanLoss(responses[0]));
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
