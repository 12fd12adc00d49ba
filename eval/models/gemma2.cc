// Gemma2ForCausalLM: Gemma with norms after each branch too, soft caps, and
// a sliding window in every other layer.

#include <cmath>
#include <vector>

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

// layer_types (transformers 5), or even layers with a window (4).
void ReadWindows(ConfigReader& reader, DecoderConfig& config) {
  const int64_t window = ReadWindow(reader, 4096);
  const std::vector<bool> sliding = ReadSlidingLayers(reader, config.layers);
  for (int64_t l = 0; l < config.layers; ++l) {
    const bool slides = sliding.empty() ? l % 2 == 0 : sliding[l];
    config.windows[l] = slides ? window : 0;
  }
}

// A soft cap; none when null, `absent` when absent.
float ReadSoftCap(ConfigReader& reader, const char* key, double absent) {
  return static_cast<float>(
      reader.DoubleOr(key, 0, 1e6, reader.IsNull(key) ? 0 : absent));
}

DecoderConfig ParseGemma2(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config, {.kv_heads = 4, .head_dim = 256});
  ReadRotary(reader, config);
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-6));
  config.norm_weight_offset = 1;
  config.post_norms = true;
  config.embedding_scale = std::sqrt(static_cast<float>(config.hidden));
  config.tied_head = reader.BoolOr("tie_word_embeddings", true);
  config.activation =
      ReadActivation(reader, "hidden_activation", "gelu_pytorch_tanh");
  reader.Ignore({"hidden_act"});
  reader.Expect("use_bidirectional_attention", false);
  config.qkv_bias = reader.BoolOr("attention_bias", false);
  config.output_bias = config.qkv_bias;
  config.attention_scale = static_cast<float>(
      1 / std::sqrt(reader.DoubleOr("query_pre_attn_scalar", 1e-3, 1e6, 256)));
  config.attention_soft_cap = ReadSoftCap(reader, "attn_logit_softcapping", 50);
  config.head_soft_cap = ReadSoftCap(reader, "final_logit_softcapping", 30);
  ReadWindows(reader, config);
  return config;
}

constexpr SlotName kSlots[] = {
    {Slot::kEmbedding, "model.embed_tokens"},
    {Slot::kNorm1, "model.layers.{}.input_layernorm"},
    {Slot::kQ, "model.layers.{}.self_attn.q_proj"},
    {Slot::kK, "model.layers.{}.self_attn.k_proj"},
    {Slot::kV, "model.layers.{}.self_attn.v_proj"},
    {Slot::kO, "model.layers.{}.self_attn.o_proj"},
    {Slot::kPostAttentionNorm, "model.layers.{}.post_attention_layernorm"},
    {Slot::kNorm2, "model.layers.{}.pre_feedforward_layernorm"},
    {Slot::kGate, "model.layers.{}.mlp.gate_proj"},
    {Slot::kUp, "model.layers.{}.mlp.up_proj"},
    {Slot::kDown, "model.layers.{}.mlp.down_proj"},
    {Slot::kPostMlpNorm, "model.layers.{}.post_feedforward_layernorm"},
    {Slot::kFinalNorm, "model.norm"},
    {Slot::kHead, "lm_head"},
};

}  // namespace

const ModelArch kGemma2 = {"Gemma2ForCausalLM", ParseGemma2, kSlots};

}  // namespace sn37::eval
