#include "sn37/competition/retry.h"

#include <algorithm>

#include "sn37/competition/epsilon.h"
#include "sn37/competition/wins.h"

namespace sn37 {
namespace {

// Failures in a row after which only a new commitment helps.
constexpr size_t kMaxFailures = 2;

}  // namespace

std::vector<Evaluation> WithEvaluation(std::vector<Evaluation> history,
                                       const Evaluation& evaluation) {
  const auto place =
      std::upper_bound(history.begin(), history.end(), evaluation,
                       [](const Evaluation& a, const Evaluation& b) {
                         return a.block < b.block;
                       });
  history.insert(place, evaluation);
  if (history.size() > kMaxHistory) {
    history.erase(history.begin(), history.end() - kMaxHistory);
  }
  return history;
}

bool ShouldRetry(absl::Span<const Evaluation> history, const Epsilon& epsilon,
                 int64_t current) {
  for (auto last = history.rbegin(); last != history.rend(); ++last) {
    if (!IsScored(last->score)) continue;
    if (last->score > last->winner_score) return false;
    return last->score <
           last->winner_score *
               (1 - EpsilonAt(epsilon, current, last->winner_block));
  }
  return history.size() < kMaxFailures;
}

}  // namespace sn37
