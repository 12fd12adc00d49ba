// Where a model's tensors come from, as the decoder sees it: names and bytes,
// never files. Implemented over safetensors by eval/weights.
#ifndef EVAL_MODELS_TENSOR_SOURCE_H_
#define EVAL_MODELS_TENSOR_SOURCE_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sn37::eval {

// Thread-compatible. Outlives every tensor that it returned.
class TensorSource {
 public:
  virtual ~TensorSource() = default;

  // All tensor names, sorted.
  virtual std::vector<std::string> Names() const = 0;

  // The tensor as stored: float32, float16 or bfloat16, contiguous on the CPU,
  // read-only, aliasing the mapped file. kNotFound names what is missing.
  virtual absl::StatusOr<at::Tensor> Get(std::string_view name) const = 0;

  // A hint that the tensor was converted and its pages are not needed soon.
  // Resident memory then counts weights once. Its contents stay readable.
  virtual void Release(std::string_view name) const = 0;
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_TENSOR_SOURCE_H_
