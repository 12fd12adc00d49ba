// A round: one model on one competition's samples. What a validator's epoch and
// a miner's own check share, so that both get the same score bit for bit.
//
//   ASSIGN tasks = DrawTasks(competition, snapshot, seed);
//   RunRound(model, tasks, known, options, [](const SampleResult& r) {...});
//   RoundScore score = ScoreRound(competition, tasks, results);
#ifndef SN37_ROUND_ROUND_H_
#define SN37_ROUND_ROUND_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "datasets/sample.pb.h"
#include "datasets/snapshot.h"
#include "eval/engine/engine.h"
#include "sn37/base/digest.h"
#include "sn37/competition/schedule.pb.h"
#include "sn37/round/round.pb.h"

namespace sn37 {

// A task with the samples drawn for it.
struct RoundTask {
  Task task;
  std::vector<datasets::Sample> samples;
  Digest sample_set;  // of the samples, in order
};

// Draws every task's samples for `seed`: the same for all models of the
// competition. Error: a task whose sources the snapshot does not hold, or not
// in as many rows.
absl::StatusOr<std::vector<RoundTask>> DrawTasks(
    const Competition& competition, const datasets::Snapshot& snapshot,
    const Digest& seed);

// Which sample: (task name, index in its sample set).
using SampleKey = std::pair<std::string, int64_t>;

struct RoundModel {
  std::string folder;
  std::string digest;  // hex; goes into the results
  uint32_t competition = 0;
  int64_t sequence_length = 0;
  // The folder of the tokenizer that the competition scores all models with;
  // empty: the model brings its own.
  std::string tokenizer = {};
};

// Evaluates every sample that is not in `known` and hands each result to `done`
// as it finishes, in any order. A model that cannot be loaded through its own
// fault fails every sample; a sample that fails does not stop the others. An
// error is returned only for what is not the model's fault (memory, the
// competition's tokenizer, `done` itself): the samples handed over before it
// stand, the rest can be run again.
absl::Status RunRound(
    const RoundModel& model, absl::Span<const RoundTask> tasks,
    const std::set<SampleKey>& known, const eval::EngineOptions& options,
    absl::FunctionRef<absl::Status(const SampleResult&)> done);

// One task's part of a score. Lower is better.
struct RoundTaskScore {
  std::string name;
  double raw = 0;         // the method's score
  double normalized = 0;  // after the task's normalisation
  double weighted = 0;    // times the task's weight
  double low = 0;         // 95 % interval of normalized
  double high = 0;
  uint32_t samples = 0;
  uint32_t failed = 0;                // of them by the model's own fault
  std::vector<eval::Number> numbers;  // as in eval::TaskScore
};

struct RoundScore {
  double score = 0;  // sum of weighted
  double low = 0;    // 95 % interval: the tasks' errors added in quadrature
  double high = 0;
  std::vector<RoundTaskScore> tasks;  // as in the competition
  std::string failure;  // the first failed sample's error, when one failed
};

// Scores a whole set of results of one model. A sample that the model failed
// counts as worst possible; a model that failed all of them (it cannot even be
// loaded) has an infinite score. An infinite score has no interval: both ends
// are it. Errors: FailedPrecondition when a sample is
// missing or failed for a reason that is not the model's (the set is
// incomplete).
absl::StatusOr<RoundScore> ScoreRound(const Competition& competition,
                                      absl::Span<const RoundTask> tasks,
                                      absl::Span<const SampleResult> results);

}  // namespace sn37

#endif  // SN37_ROUND_ROUND_H_
