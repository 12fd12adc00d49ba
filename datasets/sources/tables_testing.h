// Parquet files for tests.
#ifndef SN37_DATASETS_SOURCES_TABLES_TESTING_H_
#define SN37_DATASETS_SOURCES_TABLES_TESTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "arrow/type.h"

namespace sn37::datasets {

// Writes a file with these columns into a folder of the running test and
// returns its path. `rows` is a JSON array of rows, each an array of cells.
std::string WriteTestParquet(absl::string_view name,
                             const arrow::FieldVector& columns,
                             const std::string& rows);

// Columns of strings with these names.
arrow::FieldVector TextColumns(const std::vector<std::string>& names);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_TABLES_TESTING_H_
