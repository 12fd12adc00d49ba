// LlamaForCausalLM.

#include "eval/models/arch.h"
#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParseLlama(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config);
  ReadRotary(reader, config.head_dim, config);
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-6));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.activation = ReadActivation(reader, "hidden_act", "silu");
  config.qkv_bias = reader.BoolOr("attention_bias", false);
  config.output_bias = config.qkv_bias;
  config.mlp_bias = reader.BoolOr("mlp_bias", false);
  return config;
}

constexpr SlotName kSlots[] = {
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

}  // namespace

const ModelArch kLlama = {"LlamaForCausalLM", ParseLlama, kSlots};

}  // namespace sn37::eval
