// GemmaForCausalLM: embeddings scaled by the root of the hidden size, RMS
// norms with 1 + weight, a tied head.

#include <cmath>

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParseGemma(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config, {.kv_heads = 16, .head_dim = 256});
  ReadRotary(reader, config);
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-6));
  config.norm_weight_offset = 1;
  config.embedding_scale = std::sqrt(static_cast<float>(config.hidden));
  config.tied_head = reader.BoolOr("tie_word_embeddings", true);
  // "gelu" is what the first files said and never meant.
  config.activation = reader.StringOr("hidden_act", "gelu") == "gelu"
                          ? Activation::kGeluTanh
                          : ReadActivation(reader, "hidden_act", "gelu");
  reader.Ignore({"hidden_activation"});
  reader.Expect("use_bidirectional_attention", false);
  config.qkv_bias = reader.BoolOr("attention_bias", false);
  config.output_bias = config.qkv_bias;
  return config;
}

}  // namespace

const ModelArch kGemma = {"GemmaForCausalLM", ParseGemma, kLlamaSlots};

}  // namespace sn37::eval
