#include "sn37/round/check.h"

#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sdk/sn37.h"
#include "sdk/subnet_schedule.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/constraints.h"
#include "sn37/competition/schedule.h"

namespace sn37::sdk {

absl::StatusOr<CheckReport> Check(const std::string& folder,
                                  int64_t competition,
                                  const CheckOptions& options) {
  SN37_ASSIGN_OR_RETURN(
      const Schedule schedule,
      ParseSchedule(options.schedule.has_value()
                        ? absl::string_view(*options.schedule)
                        : absl::string_view(kSubnetSchedule)));
  const int64_t block =
      options.block.value_or(std::numeric_limits<int64_t>::max());
  SN37_ASSIGN_OR_RETURN(const Competition* rules,
                        CompetitionAt(schedule, block, competition));
  if (rules == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        "competition ", competition,
        options.block.has_value()
            ? absl::StrCat(" does not run at block ", *options.block)
            : " is not in the schedule's last entry"));
  }
  SN37_ASSIGN_OR_RETURN(
      std::vector<ConstraintResult> results,
      CheckFolder(folder, *rules, options.tokenizer.value_or("")));
  CheckReport report;
  report.passed = AllPassed(results);
  for (ConstraintResult& result : results) {
    report.constraints.push_back({std::move(result.name),
                                  std::move(result.measured),
                                  std::move(result.limit), result.passed});
  }
  return report;
}

}  // namespace sn37::sdk
