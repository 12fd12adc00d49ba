// PhiForCausalLM: layer norms, one per layer for both branches, biases
// everywhere, a partly rotated head, and an MLP without a gate.

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParsePhi(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config);
  ReadRotary(reader, config, {.default_share = 0.5, .partial = true});
  config.layer_norm = true;
  config.norm_bias = true;
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("layer_norm_eps", 0, 1, 1e-5));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.head_bias = true;
  config.activation = ReadActivation(reader, "hidden_act", "gelu_new");
  config.gated = false;
  config.qkv_bias = config.output_bias = config.mlp_bias = true;
  config.query_key_norm = reader.BoolOr("qk_layernorm", false);
  config.parallel = true;
  config.second_norm = false;
  return config;
}

constexpr SlotName kSlots[] = {
    {Slot::kEmbedding, "model.embed_tokens"},
    {Slot::kNorm1, "model.layers.{}.input_layernorm"},
    {Slot::kQ, "model.layers.{}.self_attn.q_proj"},
    {Slot::kK, "model.layers.{}.self_attn.k_proj"},
    {Slot::kV, "model.layers.{}.self_attn.v_proj"},
    {Slot::kO, "model.layers.{}.self_attn.dense"},
    {Slot::kQNorm, "model.layers.{}.self_attn.q_layernorm"},
    {Slot::kKNorm, "model.layers.{}.self_attn.k_layernorm"},
    {Slot::kUp, "model.layers.{}.mlp.fc1"},
    {Slot::kDown, "model.layers.{}.mlp.fc2"},
    {Slot::kFinalNorm, "model.final_layernorm"},
    {Slot::kHead, "lm_head"},
};

}  // namespace

const ModelArch kPhi = {"PhiForCausalLM", ParsePhi, kSlots};

}  // namespace sn37::eval
