// Arrow's and Parquet's failures as absl::Status: the one place where their
// exceptions are caught.
#ifndef SN37_DATASETS_ARROW_STATUS_H_
#define SN37_DATASETS_ARROW_STATUS_H_

#include <exception>
#include <utility>

#include "absl/status/status.h"
#include "arrow/status.h"
#include "sn37/base/text.h"

namespace sn37::datasets {

// What Arrow says, made harmless to show. A full disk and lack of memory keep
// their meaning; all else is bad data.
inline absl::Status FromArrow(const arrow::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = Printable(status.message());
  if (status.IsOutOfMemory()) return absl::ResourceExhaustedError(message);
  if (status.IsIOError()) return absl::DataLossError(message);
  return absl::InvalidArgumentError(message);
}

// Runs `body`, which returns an arrow::Status, and catches what Parquet's own
// classes throw on bad data.
template <typename Body>
absl::Status RunArrow(Body&& body) {
  try {
    return FromArrow(std::forward<Body>(body)());
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(Printable(error.what()));
  }
}

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_ARROW_STATUS_H_
