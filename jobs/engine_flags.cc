#include "jobs/engine_flags.h"

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "eval/models/dtype.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, dtype, "bfloat16",
          "Type of the computation: bfloat16 or float32.");
ABSL_FLAG(int, threads, 0, "Threads; 0 for all cores. Changes no answer.");
ABSL_FLAG(int, batch, 64, "Sequences in flight. Changes no answer.");

namespace sn37::jobs {

absl::StatusOr<eval::EngineOptions> EngineOptionsFromFlags() {
  eval::EngineOptions options;
  SN37_ASSIGN_OR_RETURN(options.dtype,
                        eval::ParseDType(absl::GetFlag(FLAGS_dtype)));
  options.threads = absl::GetFlag(FLAGS_threads);
  options.batch = absl::GetFlag(FLAGS_batch);
  if (options.threads < 0 || options.batch < 1) {
    return absl::InvalidArgumentError(
        "--threads is at least 0 and --batch at least 1");
  }
  return options;
}

}  // namespace sn37::jobs
