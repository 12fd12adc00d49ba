// One epoch, from the chain to the chain: plan, evaluate, reduce, decide,
// publish. Safe to end at any moment and to run again: the plan of a sync block
// is made once, samples that are logged are not evaluated again, and what was
// published is not published twice.
#ifndef SN37_JOBS_RUN_EPOCH_H_
#define SN37_JOBS_RUN_EPOCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "chain/client.h"
#include "chain/keys/keypair.h"
#include "datasets/snapshot.h"
#include "jobs/epoch.pb.h"
#include "jobs/epoch_folder.h"
#include "jobs/executor.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37::jobs {

// What an epoch works with. Borrowed for the call.
struct EpochInputs {
  std::string home;  // of the state and the epochs' folders; exists
  const Schedule* schedule;
  const datasets::Snapshot* snapshot;
  chain::Client* chain;
  std::string validator_hotkey;  // SS58
  // Reads the validator's key; called only when there are weights to set.
  std::function<absl::StatusOr<chain::Keypair>()> validator;
  std::function<std::unique_ptr<Executor>(const EpochFolder&, Stage)> executor;
  std::string engine;  // digest of the engine's build
  std::string dtype;   // float32 or bfloat16
  std::string device;  // device kind
};

struct EpochResult {
  EpochFolder folder;
  EpochPlan plan;
  Decision decision;
};

// Runs the epoch of the finalized sync block and writes its folder.
//   kAlreadyExists      this epoch is published already
//   kFailedPrecondition another process runs an epoch in this home
//   others              what failed of ours; run it again
// An epoch whose results stay incomplete is an OK result with a decision that
// says so; nothing was published then.
absl::StatusOr<EpochResult> RunEpoch(const EpochInputs& inputs);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_RUN_EPOCH_H_
