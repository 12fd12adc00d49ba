// The number types that a model can be run in.
#ifndef EVAL_MODELS_DTYPE_H_
#define EVAL_MODELS_DTYPE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::eval {

// What weights and the key-value cache are rounded to, to nearest even. Sums
// are float32 whatever is chosen; so are activations, but some devices round
// those that go into a product in bfloat16.
enum class DType { kFloat32, kBFloat16 };

// "float32" or "bfloat16", as flags and plans name them; kInvalidArgument for
// another name.
absl::StatusOr<DType> ParseDType(absl::string_view name);

}  // namespace sn37::eval

#endif  // EVAL_MODELS_DTYPE_H_
