// sn37 import: a Hugging Face folder from a GGUF file.
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "eval/weights/gguf_import.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(std::string, gguf, "", "The GGUF file.");
ABSL_FLAG(std::string, out, "", "The folder to make; it must not exist.");

namespace sn37::tools {
namespace {

constexpr char kHelp[] = R"(
A Hugging Face folder (config, tokenizer, chat template, bfloat16 safetensors)
from a GGUF file, every tensor dequantised exactly.

  sn37 import --gguf SmolLM2-135M-Instruct.Q4_1.gguf --out smollm2)";

absl::Status Import() {
  const std::string gguf = absl::GetFlag(FLAGS_gguf);
  const std::string out = absl::GetFlag(FLAGS_out);
  if (gguf.empty() || out.empty()) {
    return absl::InvalidArgumentError(
        "give the file with --gguf and the "
        "folder to make with --out");
  }
  std::optional<Progress> progress;
  uint64_t shown = 0;
  SN37_RETURN_IF_ERROR(
      eval::ImportGguf(gguf, out, [&](uint64_t done, uint64_t total) {
        if (!progress.has_value()) {
          progress.emplace("importing", total, "bytes");
        }
        progress->Advance(done - shown);
        shown = done;
      }));
  progress.reset();
  if (AsJson()) {
    PrintJsonLine({{"folder", out}});
  } else {
    std::cout << "made " << Printable(out) << "\n";
  }
  return absl::OkStatus();
}

int Run(absl::Span<const std::string>) {
  absl::Status status = Import();
  return status.ok() ? kOk : Fail(status);
}

}  // namespace

const Verb kImport = {"import",
                      "a Hugging Face folder from a GGUF file",
                      kHelp,
                      {"tools/sn37/import.cc", kOutputFlagFile},
                      Run};

}  // namespace sn37::tools
