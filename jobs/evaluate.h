// The evaluate stage: has an executor run the planned models' shards, and reads
// what they logged. Models with the same files share one shard per competition.
#ifndef SN37_JOBS_EVALUATE_H_
#define SN37_JOBS_EVALUATE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jobs/epoch.pb.h"
#include "jobs/epoch_folder.h"
#include "jobs/executor.h"
#include "sn37/round/round.pb.h"

namespace sn37::jobs {

struct Evaluation {
  // As SortResults orders them. The same for every way of getting here.
  std::vector<SampleResult> results;
  // Empty when every sample is scored or failed by its model; else why not.
  std::string incomplete_because;
};

// Runs what the logs do not hold yet, a shard that fails once more, and gives
// up then. A worker that crashes or stalls twice on one model is that model's
// fault (all its samples are logged as failed) where another model's finished;
// one that was killed, gave up, or reported a failure of ours, leaves the
// evaluation incomplete.
absl::StatusOr<Evaluation> Evaluate(const EpochPlan& plan,
                                    const EpochFolder& folder,
                                    Executor& executor);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_EVALUATE_H_
