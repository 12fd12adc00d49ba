// LlamaForCausalLM.

#include "eval/models/arch.h"
#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParseLlama(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config);
  ReadRotary(reader, config);
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-6));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.activation = ReadActivation(reader, "hidden_act", "silu");
  config.qkv_bias = reader.BoolOr("attention_bias", false);
  config.output_bias = config.qkv_bias;
  config.mlp_bias = reader.BoolOr("mlp_bias", false);
  return config;
}

}  // namespace

const ModelArch kLlama = {"LlamaForCausalLM", ParseLlama, kLlamaSlots};

}  // namespace sn37::eval
