// `sn37 snapshot build` without what the other verbs are linked with, so that
// the demo's snapshot does not wait for them:
//
//   build_snapshot --spec=SPEC --out=DIR NAME=FILE NAME=FILE …
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "datasets/build.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, spec, "", "the specification, a JSON file");
ABSL_FLAG(std::string, out, "", "the folder to write; must not exist");

namespace sn37::datasets {
namespace {

absl::StatusOr<Digest> Run(const std::vector<std::string>& words) {
  SN37_ASSIGN_OR_RETURN(BuildSpec spec,
                        ReadBuildSpec(absl::GetFlag(FLAGS_spec)));
  SN37_ASSIGN_OR_RETURN(InputFiles inputs, InputFilesFromWords(words));
  return BuildSnapshot(spec, inputs, absl::GetFlag(FLAGS_out));
}

}  // namespace
}  // namespace sn37::datasets

int main(int argc, char** argv) {
  const std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  const absl::StatusOr<sn37::Digest> id =
      sn37::datasets::Run({words.begin() + 1, words.end()});
  if (!id.ok())
    std::cerr << "build_snapshot: " << id.status().message() << "\n";
  return id.ok() ? 0 : 1;
}
