// Config fields and tensor names that several architectures share.
#ifndef EVAL_MODELS_COMMON_FIELDS_H_
#define EVAL_MODELS_COMMON_FIELDS_H_

#include <cstdint>
#include <vector>

#include "eval/models/config_reader.h"
#include "eval/models/decoder_config.h"

namespace sn37::eval {

// What a family means by sizes that its files lack, as transformers has it.
struct SizeDefaults {
  int64_t kv_heads = 0;       // 0: all heads; null always means that
  int64_t head_dim = 0;       // 0: hidden / heads, which must be whole
  int64_t max_positions = 0;  // 0: must not be absent
};

// vocab_size, hidden_size, num_hidden_layers, num_attention_heads,
// num_key_value_heads, head_dim, intermediate_size (or what `mlp_key` names;
// then 4 · hidden when absent), max_position_embeddings; full windows.
void ReadSizes(ConfigReader& reader, DecoderConfig& config,
               const SizeDefaults& defaults = {},
               const char* mlp_key = nullptr);

// Refuses heads that do not fill the hidden columns exactly: for families whose
// head_dim is hidden / heads, whatever their files say.
void CheckHeadsFillHidden(ConfigReader& reader, const DecoderConfig& config);

// How a family's files spell the rotation of queries and keys.
struct RotaryFields {
  const char* theta = "rope_theta";
  const char* share = "partial_rotary_factor";  // of a head's columns
  double default_share = 1;
  bool partial = false;  // the share may be other than 1
  // original_max_position_embeddings when absent; 0: max_position_embeddings.
  int64_t original_positions = 0;
};

// Rotation: the fields above with rope_scaling (transformers 4), or all of it
// inside rope_parameters (transformers 5). A number that is spelled twice must
// be the same. Raises max_positions where the scaling does: linear and dynamic
// by their factor, yarn to the first length times its factor. (transformers
// takes any length.)
void ReadRotary(ConfigReader& reader, DecoderConfig& config,
                const RotaryFields& fields = {});

// sliding_window; 0 when null, `absent` when absent.
int64_t ReadWindow(ConfigReader& reader, int64_t absent);

// layer_types: whether each layer has the window; empty when absent.
std::vector<bool> ReadSlidingLayers(ConfigReader& reader, int64_t layers);

// Qwen's windows: use_sliding_window, sliding_window, and which layers have it
// by max_window_layers or layer_types.
void ReadQwenWindows(ConfigReader& reader, DecoderConfig& config);

// The activation that `key` names.
Activation ReadActivation(ConfigReader& reader, const char* key,
                          const char* otherwise);

// Rows of a tensor that holds queries, keys and values below each other.
std::vector<RowRange> QRows(const DecoderConfig& config);
std::vector<RowRange> KRows(const DecoderConfig& config);
std::vector<RowRange> VRows(const DecoderConfig& config);
// Rows of a tensor that holds gate and up below each other.
std::vector<RowRange> FirstHalfRows(const DecoderConfig& config);
std::vector<RowRange> SecondHalfRows(const DecoderConfig& config);

// Llama's names of tensors, which its descendants kept.
inline constexpr SlotName kLlamaSlots[] = {
    {Slot::kEmbedding, "model.embed_tokens"},
    {Slot::kNorm1, "model.layers.{}.input_layernorm"},
    {Slot::kQ, "model.layers.{}.self_attn.q_proj"},
    {Slot::kK, "model.layers.{}.self_attn.k_proj"},
    {Slot::kV, "model.layers.{}.self_attn.v_proj"},
    {Slot::kO, "model.layers.{}.self_attn.o_proj"},
    {Slot::kNorm2, "model.layers.{}.post_attention_layernorm"},
    {Slot::kGate, "model.layers.{}.mlp.gate_proj"},
    {Slot::kUp, "model.layers.{}.mlp.up_proj"},
    {Slot::kDown, "model.layers.{}.mlp.down_proj"},
    {Slot::kFinalNorm, "model.norm"},
    {Slot::kHead, "lm_head"},
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_COMMON_FIELDS_H_
