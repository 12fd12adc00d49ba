// Runs the shards of a stage somewhere: as processes of this machine
// (executors/local.h) or as tasks of a cluster. A shard is one planned model;
// what it needs and what it leaves lies in the epoch's folder, so a shard can
// be run again, or twice at once, without harm.
//
// An implementer
//   1. runs every shard in a process of its own that holds no key, has none of
//      our open files, and of our environment only what it needs,
//   2. calls `progress` in the caller's thread as samples finish,
//   3. tells in ShardEnd how each process ended, and does not judge it,
//   4. returns an error only when it can run no shard at all.
#ifndef SN37_JOBS_EXECUTOR_H_
#define SN37_JOBS_EXECUTOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sn37::jobs {

// The stages that work in processes of their own.
enum class Stage { kExamine, kEvaluate };

struct ShardEnd {
  int exit_code = 0;    // of a process that ended by itself
  int signal = 0;       // the signal that ended it, 0 if none
  std::string message;  // the last line it wrote about itself
};

class Executor {
 public:
  virtual ~Executor() = default;

  // Runs the shards (indices into the plan's models) and waits for all of
  // them. `progress(n)`: n more samples have finished. The result has one
  // element per shard, in order.
  virtual absl::StatusOr<std::vector<ShardEnd>> Run(
      absl::Span<const int> shards,
      absl::FunctionRef<void(int64_t)> progress) = 0;
};

}  // namespace sn37::jobs

#endif  // SN37_JOBS_EXECUTOR_H_
