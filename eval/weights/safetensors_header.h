// The head of one safetensors file, checked completely.
//
// The format: eight bytes with the header's length N (little-endian), N bytes
// of JSON, then the data. The JSON is one object from a tensor's name to
// {"dtype", "shape", "data_offsets": [begin, end]}, offsets counted from the
// data's start; the optional key "__metadata__" maps strings to strings.
// Tensors lie row-major, little-endian, one after the other without gaps or
// overlap, and fill the data to its last byte.
#ifndef EVAL_WEIGHTS_SAFETENSORS_HEADER_H_
#define EVAL_WEIGHTS_SAFETENSORS_HEADER_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/weights/element_type.h"

namespace sn37::eval {

// What is beyond these is refused. A 7B model has about 300 tensors in a
// header of 40 KB; the largest published mixtures of experts stay below too.
inline constexpr uint64_t kMaxSafeTensorsHeaderBytes = uint64_t{16} << 20;
inline constexpr size_t kMaxTensors = 100'000;
inline constexpr size_t kMaxTensorNameBytes = 512;
inline constexpr size_t kMaxTensorRank = 8;

// Where one tensor lies. 0 ≤ begin ≤ end ≤ file size, both counted from the
// file's first byte; end − begin = product of shape × ElementSize(type).
struct TensorEntry {
  ElementType type;
  std::vector<int64_t> shape;  // each ≥ 0; empty for a scalar
  uint64_t begin = 0;
  uint64_t end = 0;
};

struct SafeTensorsHeader {
  std::map<std::string, TensorEntry> tensors;
  std::map<std::string, std::string> metadata;
};

// Parses and checks the head of `file`, a whole safetensors file that may hold
// anything. `where` (a path) begins every error. Looks only at the head's
// bytes; the data is checked by its size alone.
absl::StatusOr<SafeTensorsHeader> ParseSafeTensorsHeader(
    std::span<const uint8_t> file, absl::string_view where);

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_SAFETENSORS_HEADER_H_
