#include "eval/models/dtype.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/text.h"

namespace sn37::eval {

absl::StatusOr<DType> ParseDType(absl::string_view name) {
  if (name == "float32") return DType::kFloat32;
  if (name == "bfloat16") return DType::kBFloat16;
  return absl::InvalidArgumentError(absl::StrCat(
      "the dtype is float32 or bfloat16, not '", Printable(name), "'"));
}

}  // namespace sn37::eval
