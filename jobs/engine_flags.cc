#include "jobs/engine_flags.h"

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "eval/kernels/device.h"
#include "eval/models/dtype.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, device, "cpu",
          "Where models run: cpu, or cuda in a program that was built with "
          "--config=cuda.");
ABSL_FLAG(std::string, dtype, "bfloat16",
          "Type of the computation: bfloat16 or float32.");
ABSL_FLAG(int, threads, 0, "Threads; 0 for all cores. Changes no answer.");
ABSL_FLAG(int, batch, 64, "Sequences in flight. Changes no answer.");
ABSL_FLAG(int64_t, memory_mib, 0,
          "Memory for activations, keys and values, beside the weights; 0 for "
          "half of what the process may have of the machine's, or three "
          "quarters of what a GPU has free. Changes no answer.");

namespace sn37::jobs {

absl::StatusOr<eval::EngineOptions> EngineOptionsFromFlags() {
  eval::EngineOptions options;
  SN37_ASSIGN_OR_RETURN(options.device,
                        eval::ParseDevice(absl::GetFlag(FLAGS_device)));
  SN37_ASSIGN_OR_RETURN(options.dtype,
                        eval::ParseDType(absl::GetFlag(FLAGS_dtype)));
  options.threads = absl::GetFlag(FLAGS_threads);
  options.batch = absl::GetFlag(FLAGS_batch);
  const int64_t memory_mib = absl::GetFlag(FLAGS_memory_mib);
  if (options.threads < 0 || options.batch < 1 || memory_mib < 0 ||
      memory_mib > INT32_MAX) {
    return absl::InvalidArgumentError(
        "--threads and --memory_mib are at least 0, --batch at least 1");
  }
  options.memory_bytes = memory_mib << 20;
  return options;
}

}  // namespace sn37::jobs
