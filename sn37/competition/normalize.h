// A model's score from its tasks' raw scores. Lower is better throughout.
#ifndef SN37_COMPETITION_NORMALIZE_H_
#define SN37_COMPETITION_NORMALIZE_H_

#include <vector>

#include "absl/types/span.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// A raw score on the task's scale. No normalization: itself. Inverse
// exponential with ceiling c: 1 for raw ≥ c (infinity included), else (1 −
// e^(−raw/c)) / (1 − e^(−1)). NaN stays NaN.
double Normalize(const Task& task, double raw);

// One task's part of a model's score.
struct TaskScore {
  double raw = 0;
  double normalized = 0;
  double weighted = 0;  // normalized × weight
};

struct ModelScore {
  double total = 0;              // sum of weighted, in the tasks' order
  std::vector<TaskScore> tasks;  // as the tasks
};

// The score over `tasks`, raws[i] belonging to tasks[i]. Weights that do not
// sum to 1 (within a relative 1e-9: a task was left out) are divided by their
// sum. REQUIRES: as many raws as tasks, at least one.
ModelScore ScoreTasks(absl::Span<const Task> tasks,
                      absl::Span<const double> raws);

}  // namespace sn37

#endif  // SN37_COMPETITION_NORMALIZE_H_
