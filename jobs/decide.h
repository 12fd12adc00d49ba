// The decide stage: from a plan and its results to who won, the subnet's
// weights, and what the validator remembers. A pure function.
#ifndef SN37_JOBS_DECIDE_H_
#define SN37_JOBS_DECIDE_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "jobs/epoch.pb.h"
#include "jobs/plan.h"
#include "sn37/round/round.pb.h"
#include "sn37/state/validator_state.h"

namespace sn37::jobs {

struct Outcome {
  Decision decision;    // plan and results digests not yet filled in
  ValidatorState next;  // the state after the epoch
};

// Decides an epoch whose results are complete. `tasks` are the plan's.
absl::StatusOr<Outcome> Decide(const EpochPlan& plan,
                               const TasksByCompetition& tasks,
                               absl::Span<const SampleResult> results,
                               const ValidatorState& state);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_DECIDE_H_
