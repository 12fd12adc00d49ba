#include "eval/engine/exception_status.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sn37::eval {
namespace {

// Not all of libtorch's failures to find memory have the type that says so:
// these are the words of its CPU allocator, of CUDA, and of the GPU's allocator
// where the driver fails it.
constexpr const char* kMemoryWords[] = {"allocate", "out of memory",
                                        "CUDACachingAllocator.cpp"};

bool IsOutOfMemory(const c10::Error& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) {
    return true;
  }
  for (const char* words : kMemoryWords) {
    if (absl::StrContains(error.what_without_backtrace(), words)) return true;
  }
  return false;
}

constexpr char kAdvice[] =
    "out of memory; run with a smaller batch or on a larger machine";

}  // namespace

absl::Status ExceptionStatus(const std::exception& exception) {
  if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr) {
    return absl::ResourceExhaustedError(kAdvice);
  }
  const auto* error = dynamic_cast<const c10::Error*>(&exception);
  if (error == nullptr) return absl::InternalError(exception.what());
  const std::string what = error->what_without_backtrace();
  if (!IsOutOfMemory(*error)) return absl::InternalError(what);
  return absl::ResourceExhaustedError(absl::StrCat(kAdvice, ": ", what));
}

}  // namespace sn37::eval
