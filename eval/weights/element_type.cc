#include "eval/weights/element_type.h"

namespace sn37::eval {
namespace {

struct Row {
  ElementType type;
  absl::string_view name;
  size_t size;
  bool floating;
};

// In the order of the enumeration: ElementSize and ElementName index it.
constexpr Row kRows[] = {
    {ElementType::kF64, "F64", 8, true},
    {ElementType::kF32, "F32", 4, true},
    {ElementType::kF16, "F16", 2, true},
    {ElementType::kBF16, "BF16", 2, true},
    {ElementType::kI64, "I64", 8, false},
    {ElementType::kI32, "I32", 4, false},
    {ElementType::kI16, "I16", 2, false},
    {ElementType::kI8, "I8", 1, false},
    {ElementType::kU8, "U8", 1, false},
    {ElementType::kBool, "BOOL", 1, false},
};

const Row& RowOf(ElementType type) { return kRows[static_cast<size_t>(type)]; }

}  // namespace

size_t ElementSize(ElementType type) { return RowOf(type).size; }

absl::string_view ElementName(ElementType type) { return RowOf(type).name; }

bool IsFloating(ElementType type) { return RowOf(type).floating; }

std::optional<ElementType> ParseElementType(absl::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

float FloatFromF16(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1fu;
  const uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 0x1f) {  // infinity or NaN
    return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  }
  if (exponent == 0) {  // zero or subnormal: mantissa · 2⁻²⁴, exact in a float
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) |
                              (mantissa << 13));
}

}  // namespace sn37::eval
