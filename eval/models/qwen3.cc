// Qwen3ForCausalLM: Qwen2 with norms of queries and keys instead of biases.

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParseQwen3(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config, {.kv_heads = 32, .head_dim = 128});
  ReadRotary(reader, config);
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-6));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.activation = ReadActivation(reader, "hidden_act", "silu");
  config.qkv_bias = reader.BoolOr("attention_bias", false);
  config.output_bias = config.qkv_bias;
  config.query_key_norm = true;
  ReadQwenWindows(reader, config);
  return config;
}

constexpr SlotName kSlots[] = {
    {Slot::kEmbedding, "model.embed_tokens"},
    {Slot::kNorm1, "model.layers.{}.input_layernorm"},
    {Slot::kQ, "model.layers.{}.self_attn.q_proj"},
    {Slot::kK, "model.layers.{}.self_attn.k_proj"},
    {Slot::kV, "model.layers.{}.self_attn.v_proj"},
    {Slot::kO, "model.layers.{}.self_attn.o_proj"},
    {Slot::kQNorm, "model.layers.{}.self_attn.q_norm"},
    {Slot::kKNorm, "model.layers.{}.self_attn.k_norm"},
    {Slot::kNorm2, "model.layers.{}.post_attention_layernorm"},
    {Slot::kGate, "model.layers.{}.mlp.gate_proj"},
    {Slot::kUp, "model.layers.{}.mlp.up_proj"},
    {Slot::kDown, "model.layers.{}.mlp.down_proj"},
    {Slot::kFinalNorm, "model.norm"},
    {Slot::kHead, "lm_head"},
};

}  // namespace

const ModelArch kQwen3 = {"Qwen3ForCausalLM", ParseQwen3, kSlots};

}  // namespace sn37::eval
