// `bazel run //jobs:epoch`: one epoch. See epoch_command.h.
#include <csignal>
#include <string>
#include <vector>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "jobs/epoch_command.h"

int main(int argc, char** argv) {
  // A file-size limit, or a reader that goes away, is an error to report.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  absl::SetProgramUsageMessage(sn37::jobs::kEpochHelp);
  absl::FlagsUsageConfig help;
  help.contains_help_flags = [](absl::string_view file) {
    for (absl::string_view own : sn37::jobs::EpochFlagFiles()) {
      if (absl::EndsWith(file, own)) return true;
    }
    return false;
  };
  absl::SetFlagsUsageConfig(help);
  std::vector<char*> words = absl::ParseCommandLine(argc, argv);
  return sn37::jobs::EpochCommand(
      /*verb=*/{}, std::vector<std::string>(words.begin() + 1, words.end()));
}
