// The epoch job as a command: its flags, and what it is wired from. Used by
// //jobs:epoch and by `sn37 epoch`.
#ifndef SN37_JOBS_EPOCH_COMMAND_H_
#define SN37_JOBS_EPOCH_COMMAND_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sn37::jobs {

// What --help says above the flags.
extern const char kEpochHelp[];

// The source file whose flags say where the job's files are, and all those
// whose flags the command takes.
inline constexpr absl::string_view kEpochFlagFile = "jobs/epoch_command.cc";
std::vector<absl::string_view> EpochFlagFiles();

// Runs one epoch, or, as a worker, one shard of it. `verb` is what comes before
// the flags in a call of this program (nothing, or "epoch"), for starting
// workers; `words` are its arguments that are no flags. Returns the exit
// status: 0 done, or nothing to do yet; 1 failed or incomplete; 2 not
// understood.
int EpochCommand(const std::vector<std::string>& verb,
                 absl::Span<const std::string> words);

// --home, as given or by default.
std::string HomeFolder();

}  // namespace sn37::jobs

#endif  // SN37_JOBS_EPOCH_COMMAND_H_
