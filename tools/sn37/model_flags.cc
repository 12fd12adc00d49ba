#include "tools/sn37/model_flags.h"

#include "absl/flags/flag.h"
#include "absl/status/status.h"

ABSL_FLAG(std::string, model, "", "Folder of the model (Hugging Face layout).");

namespace sn37::tools {

absl::StatusOr<std::string> ModelFolder() {
  std::string folder = absl::GetFlag(FLAGS_model);
  if (folder.empty()) {
    return absl::InvalidArgumentError(
        "which model? give its folder with --model");
  }
  return folder;
}

}  // namespace sn37::tools
