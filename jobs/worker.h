// The worker: evaluates one planned model in a process of its own, which holds
// no key and is confined (confinement.h). It reads the plan, draws the samples
// from the pinned snapshot, and appends each result to the model's log; what
// the log holds already is not evaluated again.
#ifndef SN37_JOBS_WORKER_H_
#define SN37_JOBS_WORKER_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "eval/engine/engine.h"
#include "jobs/epoch_folder.h"

namespace sn37::jobs {

struct WorkerOptions {
  EpochFolder folder;
  std::string snapshot;        // the snapshot's folder
  std::string models;          // the model store's folder
  std::string tokenizers;      // root of sn37/store/tokenizer_store.h
  eval::EngineOptions engine;  // but for the dtype, which is the plan's
};

// `shard` is an index into the plan's models; `finished` is called once per
// sample written to the log. OK when the log is whole. Errors are never the
// model's: those are in the log. A model's files that change are such an error:
// no result of other bytes than the plan's digest names is written.
absl::Status RunWorker(const WorkerOptions& options, int shard,
                       absl::FunctionRef<void()> finished);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_WORKER_H_
