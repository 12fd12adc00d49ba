// From the scored samples of a task to its score.
#ifndef EVAL_METHODS_SCORE_TASK_H_
#define EVAL_METHODS_SCORE_TASK_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "eval/methods/method.h"

namespace sn37::eval {

struct TaskScore {
  // Mean over all items of all samples, in their order; infinite when an item
  // is. The method's worst when there are no samples or the task is void.
  double raw = 0;
  // 95 % interval of raw, within [0, worst]: raw ± 1.96 standard errors of the
  // mean, with samples (not items) as the independent units: for S_k the sum
  // and n_k the number of sample k's items and m samples,
  //   se² = m / (m - 1) · Σ (S_k - raw n_k)² / (Σ n_k)².
  // With one sample it is all of [0, worst]; both ends are raw where raw is
  // infinite, or the task void or empty.
  double low = 0;
  double high = 0;
  int64_t samples = 0;
  int64_t failed = 0;  // of them by the model's own fault
  // Of the scores' numbers, the means over the samples that did not fail.
  std::vector<Number> numbers;
};

// `samples` are all of the task's, in their order. A failed one counts the
// method's worst for each of its items.
TaskScore ScoreTask(const Method& method,
                    absl::Span<const JudgedSample> samples);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_SCORE_TASK_H_
