#include "tools/sn37/model_flags.h"

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

ABSL_FLAG(std::string, model, "", "Folder of the model (Hugging Face layout).");
ABSL_FLAG(std::string, dtype, "bfloat16",
          "Type of the computation: bfloat16 or float32.");
ABSL_FLAG(int, threads, 0, "Threads; 0 for all cores. Changes no answer.");
ABSL_FLAG(int, batch, 64, "Sequences in flight. Changes no answer.");

namespace sn37::tools {

absl::StatusOr<std::string> ModelFolder() {
  std::string folder = absl::GetFlag(FLAGS_model);
  if (folder.empty()) {
    return absl::InvalidArgumentError(
        "which model? give its folder with --model");
  }
  return folder;
}

absl::StatusOr<eval::EngineOptions> EngineOptionsFromFlags() {
  eval::EngineOptions options;
  const std::string dtype = absl::GetFlag(FLAGS_dtype);
  if (dtype == "bfloat16") {
    options.dtype = eval::DType::kBFloat16;
  } else if (dtype == "float32") {
    options.dtype = eval::DType::kFloat32;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("--dtype is bfloat16 or float32, not '", dtype, "'"));
  }
  options.threads = absl::GetFlag(FLAGS_threads);
  options.batch = absl::GetFlag(FLAGS_batch);
  if (options.threads < 0 || options.batch < 1) {
    return absl::InvalidArgumentError(
        "--threads is at least 0 and --batch at least 1");
  }
  return options;
}

}  // namespace sn37::tools
