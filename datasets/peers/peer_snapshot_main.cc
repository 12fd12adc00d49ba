// Times one step of a snapshot's life for peers.py and prints
// {"seconds": …, "peak_mib": …}:
//
//   peer_snapshot build SPEC OUT NAME=FILE…   verify DIR   draw DIR COUNT
//
// What comes before drawing (opening, which checks) is not in its time.
#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "datasets/build.h"
#include "datasets/sampling.h"
#include "datasets/side_by_side.h"
#include "datasets/snapshot.h"
#include "sn37/base/digest.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

using Clock = std::chrono::steady_clock;

absl::Status Build(const std::vector<std::string>& words) {
  SN37_ASSIGN_OR_RETURN(const BuildSpec spec, ReadBuildSpec(words[1]));
  SN37_ASSIGN_OR_RETURN(
      const InputFiles inputs,
      InputFilesFromWords(absl::MakeConstSpan(words).subspan(3)));
  BuildOptions options;
  options.threads = AllThreads();
  return BuildSnapshot(spec, inputs, words[2], options).status();
}

absl::Status DrawFrom(const Snapshot& snapshot, const std::string& count) {
  Draw draw = {.configs = {snapshot.manifest().configs.front().name},
               .seed = Sha256("peers"),
               .task = "draw"};
  if (!absl::SimpleAtoi(count, &draw.count)) {
    return absl::InvalidArgumentError("no count");
  }
  return DrawSamples(snapshot, draw).status();
}

// The seconds of the step.
absl::StatusOr<double> Run(const std::vector<std::string>& words) {
  if (words.size() < 2) return absl::InvalidArgumentError("no step");
  Clock::time_point begin = Clock::now();
  if (words[0] == "build" && words.size() > 3) {
    SN37_RETURN_IF_ERROR(Build(words));
  } else {
    SN37_ASSIGN_OR_RETURN(const Snapshot snapshot, Snapshot::Open(words[1]));
    if (words[0] == "draw" && words.size() == 3) {
      begin = Clock::now();
      SN37_RETURN_IF_ERROR(DrawFrom(snapshot, words[2]));
    }
  }
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Of this program; getrusage would count what the caller had.
int64_t PeakMebibytes() {
  std::ifstream status("/proc/self/status");
  int64_t kibibytes = 0;
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") status >> kibibytes;
  }
  return kibibytes / 1024;
}

}  // namespace
}  // namespace sn37::datasets

int main(int argc, char** argv) {
  const absl::StatusOr<double> seconds =
      sn37::datasets::Run({argv + 1, argv + argc});
  if (!seconds.ok()) {
    std::cerr << "peer_snapshot: " << seconds.status().message() << "\n";
    return 1;
  }
  std::cout << absl::StrFormat("{\"seconds\": %.4f, \"peak_mib\": %d}\n",
                               *seconds, sn37::datasets::PeakMebibytes());
  return 0;
}
