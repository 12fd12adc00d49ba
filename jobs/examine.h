// The examine stage: what the planned models' own files say of them. Each model
// is fetched, hashed and checked in a process of its own that holds no key, as
// its files come from strangers: one that crashes or stalls the process rules
// out itself and nobody else.
#ifndef SN37_JOBS_EXAMINE_H_
#define SN37_JOBS_EXAMINE_H_

#include <string>

#include "absl/status/status.h"
#include "jobs/epoch.pb.h"
#include "jobs/epoch_folder.h"
#include "jobs/executor.h"
#include "sn37/store/store.h"

namespace sn37::jobs {

// Fills in `digest` and `misconfigured` of the plan's models. Errors are not a
// miner's: the store cannot be reached, a process was killed.
absl::Status Examine(const EpochFolder& folder, Executor& executor,
                     EpochPlan& plan);

// In the process: examines the draft's model `shard` and leaves an Examination
// in the folder. `tokenizers` is the root of sn37/store/tokenizer_store.h.
absl::Status RunExaminer(const EpochFolder& folder, ModelStore& store,
                         const std::string& tokenizers, int shard);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_EXAMINE_H_
