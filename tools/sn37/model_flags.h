// --model: the flag of verbs that look at a model.
#ifndef TOOLS_SN37_MODEL_FLAGS_H_
#define TOOLS_SN37_MODEL_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::tools {

inline constexpr absl::string_view kModelFlagFile = "tools/sn37/model_flags.cc";

// The value of --model; an error when it was not given.
absl::StatusOr<std::string> ModelFolder();

}  // namespace sn37::tools

#endif  // TOOLS_SN37_MODEL_FLAGS_H_
