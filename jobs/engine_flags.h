// The flags of programs that run a model: --device, --dtype, --threads, --batch
// and --memory_mib.
#ifndef SN37_JOBS_ENGINE_FLAGS_H_
#define SN37_JOBS_ENGINE_FLAGS_H_

#include <string>

#include "absl/flags/declare.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/engine/engine.h"

ABSL_DECLARE_FLAG(std::string, device);
ABSL_DECLARE_FLAG(std::string, dtype);
ABSL_DECLARE_FLAG(int, threads);
ABSL_DECLARE_FLAG(int, batch);
ABSL_DECLARE_FLAG(int64_t, memory_mib);

namespace sn37::jobs {

// The source file that defines them.
inline constexpr absl::string_view kEngineFlagFile = "jobs/engine_flags.cc";

// What the flags say; an error for a value that makes no sense.
absl::StatusOr<eval::EngineOptions> EngineOptionsFromFlags();

}  // namespace sn37::jobs

#endif  // SN37_JOBS_ENGINE_FLAGS_H_
