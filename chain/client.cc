#include "chain/client.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sn37::chain {

absl::string_view NameOf(WeightsMode mode) {
  switch (mode) {
    case WeightsMode::kPlain:
      return "plain";
    case WeightsMode::kCommitReveal:
      return "commit_reveal";
    case WeightsMode::kTimelocked:
      return "timelocked";
  }
  return "unknown";
}

bool RefusedWith(const absl::Status& status, absl::string_view name) {
  return status.code() == absl::StatusCode::kFailedPrecondition &&
         absl::StartsWith(status.message(), absl::StrCat(name, ":"));
}

}  // namespace sn37::chain
