// Records whose fields are all texts: most lines of JSON Lines files, all rows
// of CSV files, many tables. Read several times as fast as JSON records.
#ifndef SN37_DATASETS_SOURCES_FLAT_RECORD_H_
#define SN37_DATASETS_SOURCES_FLAT_RECORD_H_

#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace sn37::datasets {

// Names and texts, borrowed; of a name that occurs twice the last text counts.
using FlatRecord = std::vector<std::pair<absl::string_view, absl::string_view>>;

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_FLAT_RECORD_H_
