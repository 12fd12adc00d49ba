// Metadata and tensors that several architectures of GGUF files share.
#ifndef EVAL_WEIGHTS_GGUF_ARCHS_COMMON_H_
#define EVAL_WEIGHTS_GGUF_ARCHS_COMMON_H_

#include "eval/weights/gguf_archs/arch.h"

namespace sn37::eval {

// Names the class and type of the model in its config, and reads the sizes:
// vocabulary, layers, hidden, heads, key-value heads, head, positions and the
// MLP's, as most configs call them, and whether the head is tied.
void ReadGgufSizes(GgufFields& fields, GgufModel& model, const char* class_name,
                   const char* model_type);

// Refuses heads that are wider or narrower than hidden / heads, which the
// configs of most architectures cannot say.
void CheckGgufHeadDim(GgufFields& fields, const GgufModel& model);

// rope_theta, and rope_scaling where it is linear or yarn. Returns the share
// of each head that is rotated: head_dim · share is the columns that the file
// names.
double ReadGgufRotary(GgufFields& fields, GgufModel& model);

// The same for a model whose config can only say that whole heads are rotated.
void ReadGgufWholeRotary(GgufFields& fields, GgufModel& model);

// For GgufTensorName::bias and ::when.
inline bool Always(const nlohmann::json&) { return true; }
inline bool Untied(const nlohmann::json& config) {
  return !config.value("tie_word_embeddings", false);
}
inline bool AttentionBias(const nlohmann::json& config) {
  return config.value("attention_bias", false);
}
inline bool MlpBias(const nlohmann::json& config) {
  return config.value("mlp_bias", false);
}

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_GGUF_ARCHS_COMMON_H_
