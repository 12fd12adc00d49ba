// Shards, run until each has left what it should, and whose fault it is where
// one has not. Every stage that works in processes of its own runs so.
#ifndef SN37_JOBS_RUN_SHARDS_H_
#define SN37_JOBS_RUN_SHARDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jobs/epoch.pb.h"
#include "jobs/executor.h"

namespace sn37::jobs {

// The shards that have not finished, with how many units of work they lack.
using UnfinishedShards = std::map<int, int64_t>;

struct ShardWork {
  absl::string_view doing;  // for people: "evaluating"
  absl::string_view unit;   // "samples"
  size_t shards = 0;        // of the whole stage, finished or not
  absl::FunctionRef<absl::StatusOr<UnfinishedShards>()> unfinished;
};

struct ShardsEnd {
  // Those whose model is at fault, with what it does: their process crashed or
  // stalled (stall_limit.h) each time, while another shard of the stage has
  // finished, which shows that this machine and program can. Where none has,
  // be it that all crash or that there is one alone, none is here. A process
  // that ended in another way, or gave up by itself (SIGABRT), blames nobody.
  std::map<int, std::string> at_fault;
  // Why a shard that is not among them has not finished; empty if all have.
  std::string failure;
};

// Runs what is unfinished, and what still is once more. `plan` names the
// shards' models for messages.
absl::StatusOr<ShardsEnd> RunShards(const EpochPlan& plan,
                                    const ShardWork& work, Executor& executor);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_RUN_SHARDS_H_
