// The element types that model weights may have, and the exact conversions
// between the 16-bit floating types and float.
#ifndef EVAL_WEIGHTS_ELEMENT_TYPE_H_
#define EVAL_WEIGHTS_ELEMENT_TYPE_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace sn37::eval {

// The names are those of the safetensors format. Types that no supported
// model uses (8-bit floats, sub-byte integers, complex) are left out: a file
// that holds one is refused.
enum class ElementType {
  kF64,
  kF32,
  kF16,
  kBF16,
  kI64,
  kI32,
  kI16,
  kI8,
  kU8,
  kBool,
};

// Bytes per element.
size_t ElementSize(ElementType type);

// "F32", "BF16", …: the name in a safetensors header.
absl::string_view ElementName(ElementType type);

// The inverse of ElementName; nullopt for a name that is not in the table.
std::optional<ElementType> ParseElementType(absl::string_view name);

// True for F64, F32, F16 and BF16: the types that can hold a NaN.
bool IsFloating(ElementType type);

// Exact: bfloat16 is the upper half of a float.
inline float FloatFromBf16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// Rounds to nearest, ties to even, as every framework does; a NaN stays a
// (quiet) NaN.
inline uint16_t Bf16FromFloat(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) {
    return static_cast<uint16_t>((bits >> 16) | 0x40u);
  }
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

// Exact for every IEEE half, subnormals, infinities and NaN included.
float FloatFromF16(uint16_t bits);

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_ELEMENT_TYPE_H_
