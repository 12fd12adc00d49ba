#include "eval/engine/exception_status.h"

#include <ATen/ops/empty.h>
#include <c10/util/Exception.h>

#include <functional>
#include <new>
#include <stdexcept>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

absl::StatusCode CodeOf(const std::function<void()>& thrower) {
  try {
    thrower();
  } catch (const std::exception& exception) {
    return ExceptionStatus(exception).code();
  }
  return absl::StatusCode::kOk;
}

TEST(ExceptionStatusTest, MemoryThatRanOutIsToldFromOtherFaults) {
  constexpr auto kMemory = absl::StatusCode::kResourceExhausted;
  constexpr auto kOther = absl::StatusCode::kInternal;
  const struct {
    const char* what;
    std::function<void()> thrower;
    absl::StatusCode code;
  } cases[] = {
      {"new", [] { throw std::bad_alloc(); }, kMemory},
      {"libtorch on the CPU", [] { at::empty({int64_t{1} << 50}, at::kByte); },
       kMemory},
      {"libtorch's own type",
       [] { TORCH_CHECK_WITH(OutOfMemoryError, false, "GPU 0 is full"); },
       kMemory},
      {"a CUDA call of libtorch's",
       [] { TORCH_CHECK(false, "CUDA error: out of memory"); }, kMemory},
      {"the GPU's allocator when the driver fails it",
       [] {
         TORCH_CHECK(false,
                     "NVML_SUCCESS == r INTERNAL ASSERT FAILED at "
                     "\"/pytorch/c10/cuda/CUDACachingAllocator.cpp\":1090");
       },
       kMemory},
      {"another CUDA error",
       [] { TORCH_CHECK(false, "CUDA error: unspecified launch failure"); },
       kOther},
      {"a shape", [] { at::empty({3}, at::kFloat).narrow(0, 2, 2); }, kOther},
      {"another exception", [] { throw std::runtime_error("no"); }, kOther},
  };
  for (const auto& c : cases) EXPECT_EQ(CodeOf(c.thrower), c.code) << c.what;
}

}  // namespace
}  // namespace sn37::eval
