// A verb of the command `sn37`: one file and one line in verbs.inc.
#ifndef TOOLS_SN37_VERB_H_
#define TOOLS_SN37_VERB_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sn37::tools {

// Exit statuses, the same for every verb.
inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;  // the answer is no, or a record failed
inline constexpr int kUsage = 2;   // the command was not understood

struct Verb {
  absl::string_view name;
  absl::string_view summary;  // half a line, for the list of verbs
  absl::string_view help;  // what `sn37 NAME --help` teaches, with an example
  // The source files whose flags the verb takes, e.g. "tools/sn37/score.cc".
  std::vector<absl::string_view> flag_files;
  // `arguments` are the words after the verb that are no flags.
  int (*run)(absl::Span<const std::string> arguments);
};

// All verbs, in the order of verbs.inc.
const std::vector<const Verb*>& Verbs();

// The verb of that name, or null.
const Verb* FindVerb(absl::string_view name);

}  // namespace sn37::tools

#endif  // TOOLS_SN37_VERB_H_
