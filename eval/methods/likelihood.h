// What the likelihoods of given replies say: which of several a model holds for
// right, which of two it prefers, in which order it puts them. Natural
// logarithms throughout. Pure functions.
#ifndef EVAL_METHODS_LIKELIHOOD_H_
#define EVAL_METHODS_LIKELIHOOD_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eval/methods/method.h"

namespace sn37::eval {

// The log-probability of a reply, or the difference of two.
struct Likelihood {
  double sum = 0;       // of the whole reply
  double per_byte = 0;  // sum / bytes of the reply
};

// Of each response, in order. kInvalidArgument for a response without scored
// tokens or bytes, kDataLoss for a sum that is not finite.
absl::StatusOr<std::vector<Likelihood>> Likelihoods(const Responses& responses);

// Each score below has one item, in [0, 1], and the numbers that it names.

// The answer's "margin" and "margin_per_byte" over the likeliest of the other
// choices; the item is 0 if the latter is above 0, else 1. Likelihood per byte
// neither favours short choices, as that of the whole does, nor depends on the
// tokenizer. REQUIRES: at least two choices, `answer` a place among them.
SampleScore ChoiceScore(absl::Span<const Likelihood> choices, int64_t answer);

// The chosen reply's "margin" and "margin_per_byte" over the rejected one's;
// the item is 1 / (1 + e^margin_per_byte): 0.5 without any preference, below it
// with the right one, and the length of the replies counts for nothing.
SampleScore PreferenceScore(const Likelihood& chosen,
                            const Likelihood& rejected);

// The items are ordered by falling sum (they are the outcomes of one event,
// whatever their length); a relevant one comes after all others that are as
// likely, so that nothing is won by telling none apart. Then "ndcg" is, over
// the relevant items' ranks r = 1 to 10,
//   Σ 1 / log2(r + 1), divided by the same sum with the relevant items in front
// and "hit" is 1 if there is such a rank, else 0; the item is 1 - ndcg.
// REQUIRES: `relevant` holds places in `items`, all different, at least one.
SampleScore RankingScore(absl::Span<const Likelihood> items,
                         absl::Span<const int32_t> relevant);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_LIKELIHOOD_H_
