// Which rows of the subnet's own questions count: those that known validators
// wrote, and those that are fresh.
//
// Parameters of a source that filters:
//   hotkeys  an array of SS58 addresses: rows whose "hotkey" is another are
//            left out. Any where absent
//   time     the column that says when the row was written: seconds since 1970,
//            or text as RFC 3339 has it
//   since    a time like 2025-01-31T00:00:00Z: rows written before, or at no
//            known time, are left out. Needs "time"
//   until    the same with rows written then or later
#ifndef SN37_DATASETS_SOURCES_HUB_FILTER_H_
#define SN37_DATASETS_SOURCES_HUB_FILTER_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// The parameters above, which the caller's list of keys has to let through.
#define SN37_FILTER_PARAMETERS "hotkeys", "time", "since", "until"

class RowFilter {
 public:
  static absl::StatusOr<RowFilter> FromParameters(
      const nlohmann::json& parameters);

  // The columns that Accepts looks at.
  std::vector<std::string> columns() const;

  bool Accepts(const nlohmann::json& record) const;

 private:
  std::optional<std::set<std::string>> hotkeys_;  // absent: any
  std::string time_;                              // empty: rows of any time
  absl::Time since_ = absl::InfinitePast();
  absl::Time until_ = absl::InfiniteFuture();
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_HUB_FILTER_H_
