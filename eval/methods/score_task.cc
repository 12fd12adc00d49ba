#include "eval/methods/score_task.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sn37::eval {
namespace {

constexpr double kNormal95 = 1.959963984540054;  // 97.5 % quantile

std::vector<double> Items(const Method& method, const JudgedSample& sample) {
  if (sample.score != nullptr) {
    return {sample.score->items().begin(), sample.score->items().end()};
  }
  return std::vector<double>(method.item_count(*sample.sample), method.worst);
}

// A sample's part of the mean.
struct Part {
  double sum = 0;
  double count = 0;
};

std::vector<Number> MeanNumbers(absl::Span<const JudgedSample> samples) {
  std::vector<Number> means;
  double count = 0;
  for (const JudgedSample& sample : samples) {
    if (sample.score == nullptr) continue;
    means.resize(sample.score->numbers_size());
    for (size_t i = 0; i < means.size(); ++i) {
      const Number& number = sample.score->numbers(static_cast<int>(i));
      means[i].set_name(number.name());
      means[i].set_value(means[i].value() + number.value());
    }
    ++count;
  }
  for (Number& mean : means) mean.set_value(mean.value() / count);
  return means;
}

double StandardError(const std::vector<Part>& parts, double raw, double items) {
  double squares = 0;
  for (const Part& part : parts) {
    const double residual = part.sum - raw * part.count;
    squares += residual * residual;
  }
  const double m = static_cast<double>(parts.size());
  return std::sqrt(m / (m - 1) * squares) / items;
}

}  // namespace

TaskScore ScoreTask(const Method& method,
                    absl::Span<const JudgedSample> samples) {
  TaskScore score;
  std::vector<Part> parts;
  double sum = 0;
  double items = 0;
  for (const JudgedSample& sample : samples) {
    Part& part = parts.emplace_back();
    for (double item : Items(method, sample)) {
      part.sum += item;
      sum += item;
      ++part.count;
    }
    items += part.count;
    if (sample.score == nullptr) ++score.failed;
  }
  score.samples = std::ssize(samples);
  score.numbers = MeanNumbers(samples);
  const bool is_worst = items == 0 || method.is_void(samples);
  score.raw = is_worst ? method.worst : sum / items;
  score.low = score.high = score.raw;
  if (is_worst || !std::isfinite(score.raw)) return score;
  if (parts.size() == 1) {
    score.low = 0;
    score.high = method.worst;
    return score;
  }
  const double half = kNormal95 * StandardError(parts, score.raw, items);
  score.low = std::max(0.0, score.raw - half);
  score.high = std::min(method.worst, score.raw + half);
  return score;
}

}  // namespace sn37::eval
