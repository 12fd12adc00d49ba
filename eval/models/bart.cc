// BartForCausalLM: the decoder half of Bart on its own, without anything to
// cross-attend to.

#include <cmath>

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

DecoderConfig ParseBart(ConfigReader& reader) {
  DecoderConfig config;
  config.vocabulary = reader.Int("vocab_size", 1, 4'000'000);
  config.hidden = reader.Int("d_model", 1, 1 << 20);
  config.layers = reader.Int("decoder_layers", 1, 1000);
  config.heads = reader.Int("decoder_attention_heads", 1, 1 << 20);
  config.kv_heads = config.heads;
  config.head_dim = config.hidden / config.heads;
  CheckHeadsFillHidden(reader, config);
  config.intermediate = reader.Int("decoder_ffn_dim", 1, 1 << 20);
  config.max_positions = reader.Int("max_position_embeddings", 1, 1 << 24);
  config.attention_scale =
      1.0f / std::sqrt(static_cast<float>(config.head_dim));
  config.windows.assign(config.layers, 0);
  config.learned_positions = true;
  config.position_offset = 2;
  if (reader.BoolOr("scale_embedding", false)) {
    config.embedding_scale = std::sqrt(static_cast<float>(config.hidden));
  }
  config.embedding_norm = true;
  config.final_norm = false;
  config.norm_sums = true;
  config.layer_norm = true;
  config.norm_bias = true;
  config.norm_epsilon = 1e-5f;
  config.tied_head = reader.BoolOr("tie_word_embeddings", true);
  config.activation = ReadActivation(reader, "activation_function", "gelu");
  config.gated = false;
  config.qkv_bias = config.output_bias = config.mlp_bias = true;
  // Variants that BartForCausalLM has not.
  reader.Expect("add_bias_logits", false);
  reader.Expect("add_final_layer_norm", false);
  reader.Expect("extra_pos_embeddings", config.position_offset);
  reader.Expect("normalize_before", false);
  reader.Expect("normalize_embedding", true);
  reader.Expect("static_position_embeddings", false);
  // The other half, training, and the start of a translation.
  reader.Ignore({"_num_labels", "activation_dropout", "classif_dropout",
                 "classifier_dropout", "decoder_layerdrop",
                 "decoder_start_token_id", "dropout", "encoder_attention_heads",
                 "encoder_ffn_dim", "encoder_layerdrop", "encoder_layers",
                 "init_std", "is_encoder_decoder", "num_hidden_layers"});
  return config;
}

constexpr SlotName kSlots[] = {
    {Slot::kEmbedding, "model.decoder.embed_tokens"},
    {Slot::kPositions, "model.decoder.embed_positions"},
    {Slot::kEmbeddingNorm, "model.decoder.layernorm_embedding"},
    {Slot::kQ, "model.decoder.layers.{}.self_attn.q_proj"},
    {Slot::kK, "model.decoder.layers.{}.self_attn.k_proj"},
    {Slot::kV, "model.decoder.layers.{}.self_attn.v_proj"},
    {Slot::kO, "model.decoder.layers.{}.self_attn.out_proj"},
    {Slot::kNorm1, "model.decoder.layers.{}.self_attn_layer_norm"},
    {Slot::kUp, "model.decoder.layers.{}.fc1"},
    {Slot::kDown, "model.decoder.layers.{}.fc2"},
    {Slot::kNorm2, "model.decoder.layers.{}.final_layer_norm"},
    {Slot::kHead, "lm_head"},
};

}  // namespace

const ModelArch kBart = {"BartForCausalLM", ParseBart, kSlots};

}  // namespace sn37::eval
