#include "tools/sn37/output_flags.h"

#include <iostream>

#include "absl/flags/flag.h"

ABSL_FLAG(bool, json, false, "Print JSON Lines instead of a table.");

namespace sn37::tools {

bool AsJson() { return absl::GetFlag(FLAGS_json); }

void PrintJsonLine(const nlohmann::json& object) {
  std::cout << object.dump(-1, ' ', false,
                           nlohmann::json::error_handler_t::replace)
            << "\n";
}

}  // namespace sn37::tools
