// Readers of config fields that most architectures share.
#ifndef EVAL_MODELS_COMMON_FIELDS_H_
#define EVAL_MODELS_COMMON_FIELDS_H_

#include <cstdint>

#include "eval/models/config_reader.h"
#include "eval/models/decoder_config.h"

namespace sn37::eval {

// vocab_size, hidden_size, num_hidden_layers, num_attention_heads,
// num_key_value_heads (default: all), head_dim (default: hidden / heads),
// intermediate_size, max_position_embeddings; full windows.
void ReadSizes(ConfigReader& reader, DecoderConfig& config);

// Rotation of the first `dim` columns of a head: rope_theta with rope_scaling
// (transformers 4), or rope_parameters (transformers 5). Raises max_positions
// where the scaling does.
void ReadRotary(ConfigReader& reader, int64_t dim, DecoderConfig& config);

// The activation that `key` names.
Activation ReadActivation(ConfigReader& reader, const char* key,
                          const char* otherwise);

}  // namespace sn37::eval

#endif  // EVAL_MODELS_COMMON_FIELDS_H_
