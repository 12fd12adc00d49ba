// --json: the output of verbs that print tables, as JSON Lines.
#ifndef TOOLS_SN37_OUTPUT_FLAGS_H_
#define TOOLS_SN37_OUTPUT_FLAGS_H_

#include "absl/strings/string_view.h"
#include "sn37/base/json.h"

namespace sn37::tools {

inline constexpr absl::string_view kOutputFlagFile =
    "tools/sn37/output_flags.cc";

// Whether --json was given.
bool AsJson();

// Prints the object on a line of standard output.
void PrintJsonLine(const nlohmann::json& object);

}  // namespace sn37::tools

#endif  // TOOLS_SN37_OUTPUT_FLAGS_H_
