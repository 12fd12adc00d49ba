// An epoch of the demo: its world is made where it is missing, and its clock,
// which is the ledger's, moves when an epoch is published, and only then: a
// restart resumes the same block.
#ifndef SN37_JOBS_DEMO_DEMO_EPOCH_H_
#define SN37_JOBS_DEMO_DEMO_EPOCH_H_

#include "absl/status/statusor.h"
#include "jobs/demo/demo.h"
#include "jobs/run_epoch.h"

namespace sn37::jobs {

// `inputs` but for its chain and validator, which are the demo's. Errors as
// those of RunEpoch and PrepareDemo.
absl::StatusOr<EpochResult> RunDemoEpoch(const DemoWorld& world,
                                         EpochInputs inputs);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_DEMO_DEMO_EPOCH_H_
