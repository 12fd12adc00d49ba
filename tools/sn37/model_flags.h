// The flags of verbs that run a model, and what they stand for.
#ifndef TOOLS_SN37_MODEL_FLAGS_H_
#define TOOLS_SN37_MODEL_FLAGS_H_

#include <string>

#include "absl/flags/declare.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/engine/engine.h"

ABSL_DECLARE_FLAG(std::string, model);

namespace sn37::tools {

inline constexpr absl::string_view kModelFlagFile =
    "tools/sn37/model_flags.cc";

// The value of --model; an error when it was not given.
absl::StatusOr<std::string> ModelFolder();

// From --dtype, --device, --threads and --batch.
absl::StatusOr<eval::EngineOptions> EngineOptionsFromFlags();

}  // namespace sn37::tools

#endif  // TOOLS_SN37_MODEL_FLAGS_H_
