// A small world for tests of whole epochs: a ledger with five miners whose
// models are SmolLM2 cut down to a layer or two, and the epoch program run on
// it as a process of its own.
#ifndef SN37_TESTS_WORLD_H_
#define SN37_TESTS_WORLD_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "jobs/demo/demo.h"
#include "jobs/epoch_folder.h"

namespace sn37 {

// Miners 1 and 3 share a model of two layers, 2 has a worse one; 4 and 5
// compete with models of their own.
std::vector<jobs::DemoMiner> TinyMiners();

// A fresh home below the test's folder with the world in it, before its first
// epoch. Models are made once per process and linked into each home.
std::string NewHome(const std::string& name);

// How a run of the epoch program ended.
struct Ended {
  int status = -1;     // exit status; -1 when a signal ended it
  std::string output;  // standard output and error
};

// Runs `//jobs:epoch` on a home with the tiny schedule and more flags.
Ended RunEpochProgram(const std::string& home,
                      absl::Span<const std::string> flags = {});

// The same, killed with SIGKILL (and its workers with it) after `milliseconds`.
// Returns whether it had ended by itself before.
bool RunAndKill(const std::string& home, int milliseconds);

// The same under a limit on the size of files.
Ended RunWithFileLimit(const std::string& home, uint64_t max_file_bytes);

// The files that must not differ between runs, one after the other.
std::string PlanResultsDecision(const jobs::EpochFolder& folder);

inline constexpr uint64_t kFirstEpoch = 1440;

}  // namespace sn37

#endif  // SN37_TESTS_WORLD_H_
