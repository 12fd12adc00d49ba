// What a model's own fault is recorded as.
#ifndef SN37_STORE_FAULT_TEXT_H_
#define SN37_STORE_FAULT_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "sn37/base/text.h"

namespace sn37 {

// The message, harmless, without the folder that the model's files lie in,
// where there is one: the same on every machine, as plans, results and
// decisions must be. Cut where it is longer than a message of ours: a name in a
// model's files may have megabytes, and is recorded with every sample.
inline std::string FaultText(const absl::Status& fault,
                             const std::string& folder) {
  constexpr size_t kMaxColumns = 1000;
  std::string text(fault.message());
  if (!folder.empty()) {
    absl::StrReplaceAll({{folder + "/", ""}, {folder + ": ", ""}}, &text);
  }
  return Truncate(Printable(text), kMaxColumns);
}

}  // namespace sn37

#endif  // SN37_STORE_FAULT_TEXT_H_
