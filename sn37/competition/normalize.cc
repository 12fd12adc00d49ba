#include "sn37/competition/normalize.h"

#include <algorithm>
#include <cmath>

#include "sn37/base/check.h"

namespace sn37 {

double Normalize(const Task& task, double raw) {
  if (task.normalization() == NORMALIZATION_NONE) return raw;
  if (raw >= task.ceiling()) return 1;
  return (1 - std::exp(-raw / task.ceiling())) / (1 - std::exp(-1.0));
}

ModelScore ScoreTasks(absl::Span<const Task> tasks,
                      absl::Span<const double> raws) {
  SN37_CHECK(tasks.size() == raws.size() && !tasks.empty())
      << tasks.size() << " tasks, " << raws.size() << " scores";
  double sum = 0;
  for (const Task& task : tasks) sum += task.weight();
  const bool whole = std::abs(sum - 1) <= 1e-9 * std::max(sum, 1.0);
  ModelScore score;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const double weight = tasks[i].weight() / (whole ? 1 : sum);
    const double normalized = Normalize(tasks[i], raws[i]);
    score.tasks.push_back({raws[i], normalized, normalized * weight});
    score.total += score.tasks.back().weighted;
  }
  return score;
}

}  // namespace sn37
