// Shards as child processes of this machine, one after another: each has all
// threads, and the memory of a model is given back before the next one loads.
#ifndef SN37_JOBS_EXECUTORS_LOCAL_H_
#define SN37_JOBS_EXECUTORS_LOCAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jobs/executor.h"

namespace sn37::jobs {

class LocalExecutor : public Executor {
 public:
  // `command` with the shard's index appended, and that of the one after it
  // where there is one, is what a child runs. On its standard output a child
  // writes one line per finished sample, "."; any other line is its message.
  // Its standard error is ours. Nothing else is: its standard input is empty,
  // it has no other open files, and its environment is `environment`, each
  // NAME=VALUE.
  LocalExecutor(std::vector<std::string> command,
                std::vector<std::string> environment);

  absl::StatusOr<std::vector<ShardEnd>> Run(
      absl::Span<const int> shards,
      absl::FunctionRef<void(int64_t)> progress) override;

 private:
  const std::vector<std::string> command_;
  const std::vector<std::string> environment_;
};

}  // namespace sn37::jobs

#endif  // SN37_JOBS_EXECUTORS_LOCAL_H_
