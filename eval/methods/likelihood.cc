#include "eval/methods/likelihood.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "absl/strings/string_view.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

constexpr int64_t kCutoff = 10;  // ranks that count

void AddNumber(absl::string_view name, double value, SampleScore& score) {
  Number& number = *score.add_numbers();
  number.set_name(std::string(name));
  number.set_value(value);
}

void AddMargin(const Likelihood& margin, SampleScore& score) {
  AddNumber("margin", margin.sum, score);
  AddNumber("margin_per_byte", margin.per_byte, score);
}

// What a relevant item at `rank`, from 1, adds.
double Gain(int64_t rank) {
  return 1 / std::log2(static_cast<double>(rank + 1));
}

}  // namespace

absl::StatusOr<std::vector<Likelihood>> Likelihoods(
    const Responses& responses) {
  std::vector<Likelihood> likelihoods;
  for (const Response& response : responses) {
    SN37_RETURN_IF_ERROR(CheckScored(response));
    SN37_RETURN_IF_ERROR(CheckBytes(response));
    const double sum = response.sum_logprob();
    likelihoods.push_back(
        {sum, sum / static_cast<double>(response.scored_bytes())});
  }
  return likelihoods;
}

SampleScore ChoiceScore(absl::Span<const Likelihood> choices, int64_t answer) {
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  Likelihood other = {kNone, kNone};  // the likeliest, in each way
  for (int64_t i = 0; i < std::ssize(choices); ++i) {
    if (i == answer) continue;
    other.sum = std::max(other.sum, choices[i].sum);
    other.per_byte = std::max(other.per_byte, choices[i].per_byte);
  }
  const Likelihood margin = {choices[answer].sum - other.sum,
                             choices[answer].per_byte - other.per_byte};
  SampleScore score;
  score.add_items(margin.per_byte > 0 ? 0 : 1);
  AddMargin(margin, score);
  return score;
}

SampleScore PreferenceScore(const Likelihood& chosen,
                            const Likelihood& rejected) {
  const Likelihood margin = {chosen.sum - rejected.sum,
                             chosen.per_byte - rejected.per_byte};
  SampleScore score;
  score.add_items(1 / (1 + std::exp(margin.per_byte)));
  AddMargin(margin, score);
  return score;
}

SampleScore RankingScore(absl::Span<const Likelihood> items,
                         absl::Span<const int32_t> relevant) {
  const auto is_relevant = [&](int64_t place) {
    return std::find(relevant.begin(), relevant.end(), place) != relevant.end();
  };
  std::vector<int64_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    if (items[a].sum != items[b].sum) return items[a].sum > items[b].sum;
    return is_relevant(a) < is_relevant(b);
  });
  double gain = 0;
  double ideal = 0;
  for (int64_t rank = 1; rank <= std::min(kCutoff, std::ssize(order)); ++rank) {
    if (rank <= std::ssize(relevant)) ideal += Gain(rank);
    if (is_relevant(order[rank - 1])) gain += Gain(rank);
  }
  const double ndcg = gain / ideal;
  SampleScore score;
  score.add_items(1 - ndcg);
  AddNumber("ndcg", ndcg, score);
  AddNumber("hit", gain > 0 ? 1 : 0, score);
  return score;
}

}  // namespace sn37::eval
