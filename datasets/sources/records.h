// Rows of Arrow's tables as JSON records: what the sources over tables share.
#ifndef SN37_DATASETS_SOURCES_RECORDS_H_
#define SN37_DATASETS_SOURCES_RECORDS_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "arrow/record_batch.h"
#include "datasets/sources/flat_record.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// A row of a batch as an object: strings, integers, numbers, truth values, null
// and lists and structures of them. kInvalidArgument for a column of another
// type (a time, bytes that are no text), naming it.
absl::StatusOr<nlohmann::json> RecordOf(const arrow::RecordBatch& batch,
                                        int64_t row);

// The same where all columns are texts, borrowed from the batch, without those
// that are null; absent where a column is of another type.
std::optional<FlatRecord> FlatRecordOf(const arrow::RecordBatch& batch,
                                       int64_t row);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_RECORDS_H_
