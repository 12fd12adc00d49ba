// The plan stage: what an epoch will evaluate, and everything else that fixes
// its result.
#ifndef SN37_JOBS_PLAN_H_
#define SN37_JOBS_PLAN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "chain/client.h"
#include "datasets/snapshot.h"
#include "jobs/epoch.pb.h"
#include "sn37/competition/schedule.pb.h"
#include "sn37/round/round.h"
#include "sn37/state/validator_state.h"

namespace sn37::jobs {

// The tasks of each competition of the epoch, by competition id.
using TasksByCompetition = std::map<uint32_t, std::vector<RoundTask>>;

// Draws the tasks of every competition in force at the sync block.
absl::StatusOr<TasksByCompetition> DrawAllTasks(
    const ScheduleEntry& entry, const datasets::Snapshot& snapshot,
    const Digest& seed);

// What a plan is made from. Borrowed for the call.
struct PlanInputs {
  chain::Client* chain;
  const Schedule* schedule;
  const datasets::Snapshot* snapshot;
  const ValidatorState* state;
  std::string engine;      // digest of the engine's build
  std::string dtype;       // float32 or bfloat16
  std::string device;      // device kind
  std::string tokenizers;  // root of sn37/store/tokenizer_store.h
};

// Plans the epoch of a finalized sync block: of all commitments at that block,
// the new, the kept and those to retry (reference rules). A commitment that
// cannot enter is rejected, with the reason. Errors are not a miner's: the
// chain cannot be reached, the schedule has no entry, a competition's tokenizer
// is missing. No model has been looked at: examine.h fills in what its files
// say.
absl::StatusOr<EpochPlan> DraftPlan(const PlanInputs& inputs,
                                    int64_t sync_block);

// A shard of a plan: one model, and the competition that it is entered in. Both
// lie in the plan.
struct Shard {
  const PlannedModel* model;
  const Competition* competition;
};
// InvalidArgument for an index that the plan does not have.
absl::StatusOr<Shard> ShardAt(const EpochPlan& plan, int index);

// The planned digest of the tokenizer that a competition scores every model
// with; empty where models bring their own.
std::string TokenizerDigestOf(const EpochPlan& plan, uint32_t competition);

// Its folder below `root` (sn37/store/tokenizer_store.h), which has the files
// that were planned; empty where models bring their own. No error is a model's;
// FailedPrecondition where it is missing or has changed.
absl::StatusOr<std::string> TokenizerOf(const EpochPlan& plan,
                                        const Competition& competition,
                                        const std::string& root);

// Reads a plan's file; refuses a format that this program does not know.
absl::StatusOr<EpochPlan> ReadPlan(const std::string& path);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_PLAN_H_
