// What an architecture is in a GGUF file: how its metadata become a Hugging
// Face config.json, and which tensor there is which one here. llama.cc is the
// example; a new one is a file, and a line in archs.inc and the BUILD file.
#ifndef EVAL_WEIGHTS_GGUF_ARCHS_ARCH_H_
#define EVAL_WEIGHTS_GGUF_ARCHS_ARCH_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "eval/weights/gguf_fields.h"
#include "nlohmann/json.hpp"

namespace sn37::eval {

// What a file says about its model.
struct GgufModel {
  nlohmann::json config;  // what becomes config.json
  int64_t vocabulary = 1;
  int64_t hidden = 1;
  int64_t layers = 1;
  int64_t heads = 1;
  int64_t kv_heads = 1;  // divides heads
  int64_t head_dim = 1;
};

// The order of a tensor's rows in the file, where it is another than in the
// Hugging Face model. Holds for the tensor's weight and bias.
struct RowOrder {
  int64_t (*rows)(const GgufModel&);  // how many there are
  // Where row `row` of the Hugging Face tensor lies in the file.
  int64_t (*source)(int64_t row, const GgufModel&);
};

// One tensor under both names, without ".weight" or ".bias"; "{}" stands for
// the layer's number.
struct GgufTensorName {
  absl::string_view gguf;
  absl::string_view hugging_face;
  // Whether it has a bias in a model with this config; null: never.
  bool (*bias)(const nlohmann::json& config) = nullptr;
  const RowOrder* order = nullptr;  // null: the same
  // Whether such a model has it; null: always.
  bool (*when)(const nlohmann::json& config) = nullptr;
  float add = 0;  // to each value
};

struct GgufArch {
  absl::string_view name;  // general.architecture
  // Fills the model, config and all, but for what all architectures share (see
  // gguf_import.cc). Errors stay in `fields`.
  void (*read)(GgufFields& fields, GgufModel& model);
  absl::Span<const GgufTensorName> tensors;
};

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_GGUF_ARCHS_ARCH_H_
