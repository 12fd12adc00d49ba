// What an exception of libtorch or of the standard library is as a status.
#ifndef EVAL_ENGINE_EXCEPTION_STATUS_H_
#define EVAL_ENGINE_EXCEPTION_STATUS_H_

#include <exception>

#include "absl/status/status.h"

namespace sn37::eval {

// kResourceExhausted where memory ran out, of the machine or of a GPU; else
// kInternal.
absl::Status ExceptionStatus(const std::exception& exception);

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_EXCEPTION_STATUS_H_
