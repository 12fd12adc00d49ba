// What config.json and generation_config.json of a model folder say, as far as
// it does not depend on the architecture. The fields of an architecture are
// read by eval/models from `json`.
#ifndef EVAL_WEIGHTS_MODEL_CONFIG_H_
#define EVAL_WEIGHTS_MODEL_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/weights/element_type.h"
#include "nlohmann/json.hpp"

namespace sn37::eval {

// No known vocabulary reaches a tenth of it.
inline constexpr int64_t kMaxVocabSize = int64_t{1} << 22;

struct ModelConfig {
  std::string path;          // of config.json, to begin errors with
  nlohmann::json json;       // an object
  std::string architecture;  // architectures[0], such as "LlamaForCausalLM"
  int64_t vocab_size;        // 1 … kMaxVocabSize
  // torch_dtype (dtype in newer files): the type the weights were saved in;
  // absent if the file does not say or names an unusual one.
  std::optional<ElementType> saved_type;
};

// Reads folder/config.json. kNotFound if there is none, else kInvalidArgument
// with file and field: not JSON, no architecture, or a size (vocabulary,
// hidden, heads, layers, positions …) that no model of this decade has. Sizes
// are checked here, before anything is allocated for them.
absl::StatusOr<ModelConfig> ReadModelConfig(const std::string& folder);

// The ids that generation needs; each in [0, vocab_size).
struct SpecialTokenIds {
  std::optional<int64_t> bos;
  std::vector<int64_t> eos;  // any of them ends a text; may be empty
  std::optional<int64_t> pad;
};

// Reads them from folder/generation_config.json, or from the model's config
// where there is no such file, as transformers does. Nothing else of that file
// is followed: a model does not choose how it is sampled.
absl::StatusOr<SpecialTokenIds> ReadSpecialTokenIds(const std::string& folder,
                                                    const ModelConfig& config);

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_MODEL_CONFIG_H_
