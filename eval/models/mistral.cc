// MistralForCausalLM: Llama with a sliding window.

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParseMistral(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config, {.kv_heads = 8});
  ReadRotary(reader, config);
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("rms_norm_eps", 0, 1, 1e-6));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.activation = ReadActivation(reader, "hidden_act", "silu");
  config.windows.assign(config.layers, ReadWindow(reader, 4096));
  return config;
}

}  // namespace

const ModelArch kMistral = {"MistralForCausalLM", ParseMistral, kLlamaSlots};

}  // namespace sn37::eval
