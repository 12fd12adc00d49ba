// Rows of tables, read through Arrow and mapped as mapping.h says: what the
// sources over CSV and Parquet share.
#ifndef SN37_DATASETS_SOURCES_TABLES_H_
#define SN37_DATASETS_SOURCES_TABLES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "arrow/record_batch.h"
#include "arrow/result.h"
#include "datasets/sources/source.h"

namespace sn37::datasets {

// Opens a file and reads those of these columns that it has, a batch of rows at
// a time, on the calling thread.
using OpenTable = arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> (*)(
    const std::string& path, const std::vector<std::string>& columns);

// The rows of the context's files, one file after the other. Errors name the
// file and, counted from 0 without a header, the row.
absl::StatusOr<std::unique_ptr<RowStream>> ReadTables(
    const SourceContext& context, OpenTable open);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_TABLES_H_
