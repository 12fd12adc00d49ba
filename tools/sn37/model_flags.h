// --model: the flag of verbs that look at a model.
#ifndef TOOLS_SN37_MODEL_FLAGS_H_
#define TOOLS_SN37_MODEL_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::tools {

inline constexpr absl::string_view kModelFlagFile = "tools/sn37/model_flags.cc";

// The folder that --model names; an error when it was not given. A model of the
// hub, "hf:OWNER/NAME@COMMIT" (or a branch or tag; "main" unless told), is
// brought to "models" in the folder of --hub_cache first, where a commit is
// asked for once.
absl::StatusOr<std::string> ModelFolder();

}  // namespace sn37::tools

#endif  // TOOLS_SN37_MODEL_FLAGS_H_
