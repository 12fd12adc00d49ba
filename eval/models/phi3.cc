// Phi3ForCausalLM: Llama with queries, keys and values in one tensor, gate and
// up in another, a sliding window, and longrope.

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParsePhi3(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config);
  ReadRotary(reader, config, {.partial = true, .original_positions = 4096});
  if (config.rotary.scaling != RotaryConfig::kNone &&
      config.rotary.scaling != RotaryConfig::kLongRope) {
    reader.Fail("rope_scaling", "must be longrope for this architecture");
  }
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-5));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.activation = ReadActivation(reader, "hidden_act", "silu");
  config.windows.assign(config.layers, ReadWindow(reader, 0));
  // Published with these values alone.
  reader.Expect("full_attn_mod", 1);
  reader.Expect("interpolate_factor", 1);
  reader.Expect("lm_head_bias", false);
  reader.Expect("mlp_bias", false);
  // Never had an effect.
  reader.Ignore({"attention_bias"});
  return config;
}

constexpr SlotName kSlots[] = {
    {Slot::kEmbedding, "model.embed_tokens"},
    {Slot::kNorm1, "model.layers.{}.input_layernorm"},
    {Slot::kQ, "model.layers.{}.self_attn.qkv_proj", QRows},
    {Slot::kK, "model.layers.{}.self_attn.qkv_proj", KRows},
    {Slot::kV, "model.layers.{}.self_attn.qkv_proj", VRows},
    {Slot::kO, "model.layers.{}.self_attn.o_proj"},
    {Slot::kNorm2, "model.layers.{}.post_attention_layernorm"},
    {Slot::kGate, "model.layers.{}.mlp.gate_up_proj", FirstHalfRows},
    {Slot::kUp, "model.layers.{}.mlp.gate_up_proj", SecondHalfRows},
    {Slot::kDown, "model.layers.{}.mlp.down_proj"},
    {Slot::kFinalNorm, "model.norm"},
    {Slot::kHead, "lm_head"},
};

}  // namespace

const ModelArch kPhi3 = {"Phi3ForCausalLM", ParsePhi3, kSlots};

}  // namespace sn37::eval
