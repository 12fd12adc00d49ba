// Builds a snapshot from a specification file:
//
//   build_snapshot --spec=spec.json --out=DIR NAME=FILE NAME=FILE …
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "datasets/build.h"
#include "sn37/base/file.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, spec, "", "the specification, a JSON file");
ABSL_FLAG(std::string, out, "", "the folder to write; must not exist");
ABSL_FLAG(int, threads, 1, "configs that are built side by side");

namespace sn37::datasets {
namespace {

// Arguments of the form NAME=FILE; files of one name keep their order.
absl::StatusOr<InputFiles> ParseInputs(const std::vector<char*>& arguments) {
  InputFiles inputs;
  for (const absl::string_view argument : arguments) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(argument, absl::MaxSplits('=', 1));
    if (parts.first.empty() || parts.second.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", argument, "\" is not NAME=FILE"));
    }
    inputs[parts.first].push_back(parts.second);
  }
  return inputs;
}

absl::Status Run(const std::vector<char*>& arguments) {
  const std::string path = absl::GetFlag(FLAGS_spec);
  SN37_ASSIGN_OR_RETURN(std::string json, ReadFile(path, 1 << 20));
  absl::StatusOr<BuildSpec> spec = BuildSpecFromJson(json);
  SN37_RETURN_IF_ERROR(Annotate(spec.status(), path));
  SN37_ASSIGN_OR_RETURN(InputFiles inputs, ParseInputs(arguments));
  Progress progress("building", 0, "rows");
  SN37_ASSIGN_OR_RETURN(Digest id,
                        BuildSnapshot(*spec, inputs, absl::GetFlag(FLAGS_out),
                                      {.threads = absl::GetFlag(FLAGS_threads),
                                       .progress = [&](uint64_t rows) {
                                         progress.Advance(rows);
                                       }}));
  std::cout << id.hex() << "\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace sn37::datasets

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "build_snapshot --spec=FILE --out=DIR [NAME=FILE …]: builds a snapshot "
      "and prints its id. Each NAME=FILE adds a file to an input of the "
      "specification.");
  std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  arguments.erase(arguments.begin());
  const absl::Status status = sn37::datasets::Run(arguments);
  if (!status.ok()) std::cerr << "build_snapshot: " << status << "\n";
  return status.ok() ? 0 : 1;
}
