// GPTNeoXForCausalLM: layer norms, a partly rotated head, an MLP without a
// gate, parallel branches with a norm each (or serial ones).

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

// Files of transformers 4 repeat rotary_emb_base and rotary_pct under the names
// of other families, which count for nothing and so must say the same.
void CheckCopies(ConfigReader& reader, const DecoderConfig& config) {
  const double theta = config.rotary.theta;
  if (reader.DoubleOr("rope_theta", 1, 1e12, theta) != theta) {
    reader.Fail("rope_theta", "is not rotary_emb_base");
  }
  if (!reader.Has("partial_rotary_factor")) return;
  const double columns = reader.Double("partial_rotary_factor", 0, 1) *
                         static_cast<double>(config.head_dim);
  if (static_cast<int64_t>(columns) != config.rotary.dim) {
    reader.Fail("partial_rotary_factor", "is not rotary_pct");
  }
}

DecoderConfig ParseGptNeoX(ConfigReader& reader) {
  // Files saved by tools for other families carry these; they have no effect.
  reader.Ignore({"num_key_value_heads", "classifier_dropout"});
  DecoderConfig config;
  ReadSizes(reader, config);
  CheckHeadsFillHidden(reader, config);
  config.kv_heads = config.heads;
  ReadRotary(reader, config,
             {.theta = "rotary_emb_base",
              .share = "rotary_pct",
              .default_share = 0.25,
              .partial = true});
  CheckCopies(reader, config);
  config.layer_norm = true;
  config.norm_bias = true;
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("layer_norm_eps", 0, 1, 1e-5));
  config.tied_head = reader.BoolOr("tie_word_embeddings", false);
  config.activation = ReadActivation(reader, "hidden_act", "gelu");
  config.gated = false;
  config.qkv_bias = config.output_bias = reader.BoolOr("attention_bias", true);
  config.mlp_bias = true;
  config.parallel = reader.BoolOr("use_parallel_residual", true);
  return config;
}

// The fused tensor holds, head by head, its query, key and value.
std::vector<RowRange> EveryThird(const DecoderConfig& config, int64_t which) {
  std::vector<RowRange> rows;
  for (int64_t h = 0; h < config.heads; ++h) {
    const int64_t first = (3 * h + which) * config.head_dim;
    rows.emplace_back(first, first + config.head_dim);
  }
  return rows;
}
std::vector<RowRange> Q(const DecoderConfig& c) { return EveryThird(c, 0); }
std::vector<RowRange> K(const DecoderConfig& c) { return EveryThird(c, 1); }
std::vector<RowRange> V(const DecoderConfig& c) { return EveryThird(c, 2); }

constexpr SlotName kSlots[] = {
    {Slot::kEmbedding, "gpt_neox.embed_in"},
    {Slot::kNorm1, "gpt_neox.layers.{}.input_layernorm"},
    {Slot::kQ, "gpt_neox.layers.{}.attention.query_key_value", Q},
    {Slot::kK, "gpt_neox.layers.{}.attention.query_key_value", K},
    {Slot::kV, "gpt_neox.layers.{}.attention.query_key_value", V},
    {Slot::kO, "gpt_neox.layers.{}.attention.dense"},
    {Slot::kNorm2, "gpt_neox.layers.{}.post_attention_layernorm"},
    {Slot::kUp, "gpt_neox.layers.{}.mlp.dense_h_to_4h"},
    {Slot::kDown, "gpt_neox.layers.{}.mlp.dense_4h_to_h"},
    {Slot::kFinalNorm, "gpt_neox.final_layer_norm"},
    {Slot::kHead, "embed_out"},
};

}  // namespace

const ModelArch kGptNeoX = {"GPTNeoXForCausalLM", ParseGptNeoX, kSlots};

}  // namespace sn37::eval
