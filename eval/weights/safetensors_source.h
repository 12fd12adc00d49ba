// The decoder's TensorSource over a model folder's safetensors.
#ifndef EVAL_WEIGHTS_SAFETENSORS_SOURCE_H_
#define EVAL_WEIGHTS_SAFETENSORS_SOURCE_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/models/tensor_source.h"
#include "eval/weights/safetensors.h"

namespace sn37::eval {

// Tensors alias the mapped files and must not be written to: the mapping is
// read-only. One that is not aligned in its file is copied. Safe to use from
// several threads.
class SafeTensorsSource : public TensorSource {
 public:
  explicit SafeTensorsSource(SafeTensors weights)
      : weights_(std::move(weights)) {}

  std::vector<std::string> Names() const override;

  // kInvalidArgument for a tensor that is not of a floating type of at most
  // 32 bits.
  absl::StatusOr<at::Tensor> Get(std::string_view name) const override;

  void Release(std::string_view name) const override;

  const SafeTensors& weights() const { return weights_; }

 private:
  const SafeTensors weights_;
};

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_SAFETENSORS_SOURCE_H_
