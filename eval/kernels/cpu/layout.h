// How weights, keys and values lie in the CPU's packed memory, and the moves
// from and to plain rows.
#ifndef EVAL_KERNELS_CPU_LAYOUT_H_
#define EVAL_KERNELS_CPU_LAYOUT_H_

#include <cstddef>
#include <cstdint>

#include "eval/kernels/cpu/kernels.h"
#include "eval/weights/element_type.h"

namespace sn37::eval {

// Elements of a matrix of so many outputs when packed.
constexpr size_t PackedElements(size_t outputs, size_t inputs) {
  return (outputs + kPanelWidth - 1) / kPanelWidth * kPanelWidth * inputs;
}

// The four ways to write one number into packed memory of type Element
// (float or uint16_t for bfloat16).
inline void Put(float value, float* to) { *to = value; }
inline void Put(float value, uint16_t* to) { *to = Bf16FromFloat(value); }
inline float Value(float stored) { return stored; }
inline float Value(uint16_t stored) { return FloatFromBf16(stored); }

template <typename Element>
inline constexpr bool kIsBFloat16 = false;
template <>
inline constexpr bool kIsBFloat16<uint16_t> = true;

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_LAYOUT_H_
