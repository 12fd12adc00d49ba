// Passing an expected failure on to the caller.
//
//   absl::StatusOr<Plan> ReadPlan(const std::string& path) {
//     SN37_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, kMaxPlanBytes));
//     SN37_RETURN_IF_ERROR(Annotate(CheckPlan(bytes), path));
//     ...
//
// These are the only two macros that propagate; both evaluate their expression
// once. A comma inside SN37_ASSIGN_OR_RETURN's expression needs no parentheses.
#ifndef SN37_BASE_STATUS_MACROS_H_
#define SN37_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37 {

// The same failure with "context: " before its message (the file, key, block
// or hotkey at hand); code and payloads stay. An OK status stays OK.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

}  // namespace sn37

#define SN37_RETURN_IF_ERROR(...)                                      \
  do {                                                                 \
    if (::absl::Status sn37_status = (__VA_ARGS__); !sn37_status.ok()) \
      return sn37_status;                                              \
  } while (false)

#define SN37_ASSIGN_OR_RETURN(lhs, ...)                                     \
  SN37_ASSIGN_OR_RETURN_IMPL_(SN37_CONCAT_(sn37_status_or_, __LINE__), lhs, \
                              __VA_ARGS__)
#define SN37_ASSIGN_OR_RETURN_IMPL_(status_or, lhs, ...)     \
  auto status_or = (__VA_ARGS__);                            \
  if (!status_or.ok()) return std::move(status_or).status(); \
  lhs = std::move(status_or).value()
#define SN37_CONCAT_(a, b) SN37_CONCAT_IMPL_(a, b)
#define SN37_CONCAT_IMPL_(a, b) a##b

#endif  // SN37_BASE_STATUS_MACROS_H_
