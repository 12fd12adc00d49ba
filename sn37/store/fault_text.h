// What a model's own fault is recorded as.
#ifndef SN37_STORE_FAULT_TEXT_H_
#define SN37_STORE_FAULT_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "sn37/base/text.h"

namespace sn37 {

// The message, harmless, without the folder that the model's files lie in,
// where there is one: the same on every machine, as plans, results and
// decisions must be.
inline std::string FaultText(const absl::Status& fault,
                             const std::string& folder) {
  if (folder.empty()) return Printable(fault.message());
  return Printable(absl::StrReplaceAll(
      fault.message(), {{folder + "/", ""}, {folder + ": ", ""}}));
}

}  // namespace sn37

#endif  // SN37_STORE_FAULT_TEXT_H_
