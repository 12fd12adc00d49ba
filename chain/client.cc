#include "chain/client.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sn37::chain {

bool RefusedWith(const absl::Status& status, absl::string_view name) {
  return status.code() == absl::StatusCode::kFailedPrecondition &&
         absl::StartsWith(status.message(), absl::StrCat(name, ":"));
}

}  // namespace sn37::chain
