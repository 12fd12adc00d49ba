// Arrow's and Parquet's failures as absl::Status: the one place where their
// exceptions are caught.
#ifndef SN37_DATASETS_ARROW_STATUS_H_
#define SN37_DATASETS_ARROW_STATUS_H_

#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "arrow/status.h"
#include "arrow/util/io_util.h"
#include "parquet/exception.h"
#include "sn37/base/file.h"
#include "sn37/base/text.h"

namespace sn37::datasets {

// What Arrow says, made harmless to show. Lack of memory is
// kResourceExhausted, and a failed system call has the code that ErrnoStatus
// (sn37/base/file.h) gives it; all else is bad data, kInvalidArgument. Arrow
// says IOError of bad data too, but then without an errno.
inline absl::Status FromArrow(const arrow::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = Printable(status.message());
  if (status.IsOutOfMemory()) return absl::ResourceExhaustedError(message);
  const int error = arrow::internal::ErrnoFromStatus(status);
  if (error == 0) return absl::InvalidArgumentError(message);
  return absl::Status(ErrnoStatus(error, "", "").code(),
                      absl::StrCat(message, ": ", std::strerror(error)));
}

// Runs `body`, which returns an arrow::Status, and catches what Parquet's own
// classes throw.
template <typename Body>
absl::Status RunArrow(Body&& body) {
  try {
    return FromArrow(std::forward<Body>(body)());
  } catch (const parquet::ParquetStatusException& error) {
    return FromArrow(error.status());
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(Printable(error.what()));
  }
}

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_ARROW_STATUS_H_
