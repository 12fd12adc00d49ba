// sn37 epoch: the batch job, as //jobs:epoch.
#include <string>

#include "jobs/epoch_command.h"
#include "tools/sn37/verbs.h"

namespace sn37::tools {
namespace {

int Run(absl::Span<const std::string> arguments) {
  return jobs::EpochCommand({"epoch"}, arguments);
}

}  // namespace

const Verb kEpoch = {"epoch", "one epoch: evaluate, decide, set weights",
                     jobs::kEpochHelp, jobs::EpochFlagFiles(), Run};

}  // namespace sn37::tools
