// The tensor types of the GGUF format and their exact values.
//
// A quantised type cuts a row into blocks of 32 or 256 elements; a block holds
// small integers and one or two half-precision scales. Every product that a
// block's formula contains fits a float's 24 bits, so float32 arithmetic gives
// the same value in every order and with or without fused multiply-add.
#ifndef EVAL_WEIGHTS_GGUF_TYPES_H_
#define EVAL_WEIGHTS_GGUF_TYPES_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/strings/string_view.h"

namespace sn37::eval {

// One tensor type. Lives in a static table.
struct GgufType {
  uint32_t id;             // as in the file
  absl::string_view name;  // "Q4_1"
  size_t block_elements;   // elements in a block; 1 for plain types
  size_t block_bytes;
  // Writes a block's block_elements values; reads block_bytes, any alignment.
  void (*dequantise_block)(const uint8_t* block, float* out);
};

// All types that can be read, for tests and error messages.
std::span<const GgufType> GgufTypes();

// The type with this id; nullptr when it is not in the table.
const GgufType* FindGgufType(uint32_t id);

// out[i] = the value of element i.
// REQUIRES: blocks.size() / block_bytes · block_elements == out.size(), without
// remainders.
void Dequantise(const GgufType& type, std::span<const uint8_t> blocks,
                std::span<float> out);

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_GGUF_TYPES_H_
