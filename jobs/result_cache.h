// Results that are known already: a model that was evaluated on a task's sample
// set, by the same engine in the same way, is not evaluated on it again.
#ifndef SN37_JOBS_RESULT_CACHE_H_
#define SN37_JOBS_RESULT_CACHE_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "jobs/epoch.pb.h"
#include "jobs/epoch_folder.h"
#include "sn37/round/round.pb.h"
#include "sn37/state/validator_state.h"

namespace sn37::jobs {

// Logs the cached results of the plan's models that their logs do not hold.
absl::Status LogCachedResults(const EpochPlan& plan, const EpochFolder& folder,
                              StateFile& state);

// Keeps the results of every task of a model that `results` holds whole, every
// sample scored: a failure is tried again. Those of older epochs are forgotten:
// their samples do not come again.
absl::Status CacheResults(const EpochPlan& plan,
                          absl::Span<const SampleResult> results,
                          StateFile& state);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_RESULT_CACHE_H_
