// Qwen2ForCausalLM: Llama with biases on queries, keys and values, and a
// sliding window in the upper layers.

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParseQwen2(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config, {.kv_heads = 32});
  ReadRotary(reader, config);
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-6));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.activation = ReadActivation(reader, "hidden_act", "silu");
  config.qkv_bias = true;
  ReadQwenWindows(reader, config);
  return config;
}

}  // namespace

const ModelArch kQwen2 = {"Qwen2ForCausalLM", ParseQwen2, kLlamaSlots};

}  // namespace sn37::eval
