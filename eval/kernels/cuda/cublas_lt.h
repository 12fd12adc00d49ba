// Products of bfloat16 matrices by cuBLASLt, with one answer per row.
//
// Why a row's bits do not depend on the other rows: an algorithm is chosen once
// per shape of the weights, with one nominal number of rows, and is used for
// any number of them. It may have no workspace and no reduction, and its split
// of the inner dimension must be 1 (numbers below stand for kinds of splitting
// too), so that no two thread blocks have a part in the same output: each is
// summed up in one thread block, over the inner dimension in the steps of the
// algorithm's tile, which are the same for all rows. More rows are more tiles.
// Rows come in multiples of kRowMultiple, so that nothing (an alignment, a
// vector product for one row) hangs on their number. cuBLASLt promises bits for
// one call only; that the rest holds is what //tests:gpu asserts.
//
// The library is found among what is loaded; libtorch_cuda.so brings it. Its
// interface is written out in cublas_lt.cc, for its headers come with 400 MB
// of library.
#ifndef EVAL_KERNELS_CUDA_CUBLAS_LT_H_
#define EVAL_KERNELS_CUDA_CUBLAS_LT_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

namespace sn37::eval {

// Not thread-safe.
class CublasLt {
 public:
  // Rows are padded to a multiple of it; what that costs a few rows was not
  // measured.
  static constexpr int64_t kRowMultiple = 128;

  // kUnavailable when the library is not loaded or lacks a function.
  static absl::StatusOr<std::unique_ptr<CublasLt>> Create();

  virtual ~CublasLt() = default;

  // Starts y (rows, outputs) float32 = x (rows, inputs) · w (outputs, inputs)ᵀ
  // on the default stream, all contiguous on the device, x and w bfloat16,
  // rows a multiple of kRowMultiple. False where no algorithm fits the shape,
  // and for fewer than 8 outputs: then for any number of rows. An error is the
  // device's, kResourceExhausted where it is memory.
  virtual absl::StatusOr<bool> Multiply(const void* x, const void* w,
                                        int64_t rows, int64_t outputs,
                                        int64_t inputs, float* y) = 0;

  // 130100 for 13.1.0.
  virtual int64_t version() const = 0;
};

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_CUBLAS_LT_H_
