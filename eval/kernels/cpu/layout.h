// How weights, keys and values lie in the CPU's packed memory, and the moves
// from and to plain rows.
#ifndef EVAL_KERNELS_CPU_LAYOUT_H_
#define EVAL_KERNELS_CPU_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "eval/kernels/cpu/kernels.h"
#include "eval/weights/element_type.h"

namespace sn37::eval {

// Elements of a matrix of so many outputs when packed.
constexpr size_t PackedElements(Layout layout, size_t outputs, size_t inputs) {
  return (outputs + kPanelWidth - 1) / kPanelWidth * kPanelWidth *
         PaddedDepth(layout, inputs);
}

// One panel, by input k and output j.
template <Layout kLayout>
struct Panel {
  using Element =
      std::conditional_t<kLayout == Layout::kFloat32, float, uint16_t>;
  Element* data;

  void Put(size_t k, size_t j, float value) const {
    Element& to = data[PanelOffset(kLayout, k, j)];
    if constexpr (kLayout == Layout::kFloat32) {
      to = value;
    } else {
      to = Bf16FromFloat(value);
    }
  }
  float At(size_t k, size_t j) const {
    const Element stored = data[PanelOffset(kLayout, k, j)];
    if constexpr (kLayout == Layout::kFloat32) {
      return stored;
    } else {
      return FloatFromBf16(stored);
    }
  }
};

// Calls body with the panel at `data` as Panel<layout>.
template <typename Body>
void WithPanel(Layout layout, void* data, Body body) {
  switch (layout) {
    case Layout::kFloat32:
      return body(Panel<Layout::kFloat32>{static_cast<float*>(data)});
    case Layout::kBFloat16:
      return body(Panel<Layout::kBFloat16>{static_cast<uint16_t*>(data)});
    case Layout::kBFloat16Pairs:
      return body(Panel<Layout::kBFloat16Pairs>{static_cast<uint16_t*>(data)});
  }
}

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_LAYOUT_H_
