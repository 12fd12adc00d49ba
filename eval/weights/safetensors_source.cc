#include "eval/weights/safetensors_source.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

std::optional<at::ScalarType> ScalarTypeOf(ElementType type) {
  switch (type) {
    case ElementType::kF32:
      return at::kFloat;
    case ElementType::kF16:
      return at::kHalf;
    case ElementType::kBF16:
      return at::kBFloat16;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::vector<std::string> SafeTensorsSource::Names() const {
  return weights_.names();
}

absl::StatusOr<at::Tensor> SafeTensorsSource::Get(std::string_view name) const {
  SN37_ASSIGN_OR_RETURN(const TensorView view, weights_.Get(ToAbsl(name)));
  const std::optional<at::ScalarType> type = ScalarTypeOf(view.type);
  if (!type.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        weights_.path(), ": tensor ", Printable(ToAbsl(name)), " is ",
        ElementName(view.type), "; weights must be F32, F16 or BF16"));
  }
  // The header check has bounded the shape, so this cannot throw but for a
  // lack of memory.
  if (view.data.empty()) return at::empty(view.shape, *type);
  // The tensor is only read; from_blob has no type for that.
  at::Tensor tensor =
      at::from_blob(const_cast<uint8_t*>(view.data.data()), view.shape, *type);
  const bool aligned =
      reinterpret_cast<uintptr_t>(view.data.data()) % ElementSize(view.type) ==
      0;
  return aligned ? tensor : tensor.clone();
}

void SafeTensorsSource::Release(std::string_view name) const {
  weights_.Release(ToAbsl(name));
}

}  // namespace sn37::eval
