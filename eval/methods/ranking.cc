// Ranking: candidate items as replies to a user's history, ordered by their
// likelihood: NDCG and hits at 10 (RankingScore, likelihood.h). What gives the
// order are the responses' sums, one for each candidate.
#include <algorithm>
#include <functional>

#include "absl/types/span.h"
#include "eval/methods/likelihood.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/replies.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using datasets::Ranking;
using datasets::Sample;

absl::Status CheckSample(const Sample& sample) {
  const Ranking& body = sample.ranking();
  const auto& relevant = body.relevant();
  const bool rising =
      std::adjacent_find(relevant.begin(), relevant.end(),
                         std::greater_equal<>()) == relevant.end();
  if (sample.has_ranking() && !body.prompt().empty() && !relevant.empty() &&
      rising && *relevant.begin() >= 0 &&
      *relevant.rbegin() < body.items_size()) {
    return absl::OkStatus();
  }
  return absl::InternalError("the sample is no list with its relevant items");
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  const Ranking& body = sample.ranking();
  return ScoreReplies(tokenizer, Conversation(body.system(), body.prompt()),
                      {body.items().begin(), body.items().end()}, options,
                      GiveBack::kYes);
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions&) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  const Ranking& body = sample.ranking();
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, body.items_size()));
  SN37_ASSIGN_OR_RETURN(const auto items, Likelihoods(responses));
  return RankingScore(items, body.relevant());
}

}  // namespace

extern const Method kRanking;
constinit const Method kRanking = {
    .name = "ranking",
    .defaults = {},
    .worst = 1,
    .build = Build,
    .judge = Judge,
    .item_count = [](const Sample&) { return int64_t{1}; },
    .is_void = IsNeverVoid,
};

}  // namespace sn37::eval
