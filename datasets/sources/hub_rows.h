// Rows of the Parquet files of a dataset repository on the hub: what the
// sources over the hub share. Only the columns that are named are brought here,
// and only the row groups whose rows are asked for.
//
// Parameters of such a source:
//   repository  "namespace/name"
//   revision    the commit, 40 hex digits: with the rest, all that rows depend
//               on
//   files       an array: each a file, or a folder with a slash at its end,
//               whose files named *.parquet are read, those in folders within
//               it too. They come in the order of the array, those of a folder
//               in byte order. All of the repository where absent.
//   shuffle     true: the files, and the row groups of each, in an order that
//               is drawn; rows keep theirs. false where absent
//   whole       true: each file is first brought here whole, and its digest
//               checked; parts have no digest. false where absent
#ifndef SN37_DATASETS_SOURCES_HUB_ROWS_H_
#define SN37_DATASETS_SOURCES_HUB_ROWS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/sources/source.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// The sample of a row, an object of the columns; absent for a row that is left
// out.
using MapHubRow = std::function<absl::StatusOr<std::optional<Sample>>(
    const nlohmann::json& record)>;

// The parameters above, which the caller's list of keys has to let through.
#define SN37_HUB_PARAMETERS \
  "repository", "revision", "files", "shuffle", "whole"

// The rows, mapped and checked by CheckSample; every file must have all of the
// columns. Errors name file and row; those of the hub (sn37/hub/fetch.h) keep
// their codes. kFailedPrecondition where the
// context has no hub.
absl::StatusOr<std::unique_ptr<RowStream>> OpenHubRows(
    const SourceContext& context, std::vector<std::string> columns,
    MapHubRow map);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_HUB_ROWS_H_
