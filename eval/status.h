// Whose fault a failure is. A sample that the model failed gets the worst
// score; one that we failed is tried again (see decision "failure is not a
// score" of the design).
#ifndef EVAL_STATUS_H_
#define EVAL_STATUS_H_

#include "absl/status/status.h"

namespace sn37::eval {

// True when the model's own files or numbers are at fault: malformed or
// missing (kInvalidArgument, kDataLoss, kNotFound), beyond limits
// (kOutOfRange), or asking for what this build does not do
// (kFailedPrecondition, kUnimplemented). False for OK and for everything that
// another machine, or a second try, might answer.
inline bool IsModelFault(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace sn37::eval

#endif  // EVAL_STATUS_H_
