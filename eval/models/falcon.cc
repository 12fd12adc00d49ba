// FalconForCausalLM in its three shapes: 40B (grouped heads, parallel branches
// with a norm each), 7B (one key-value head, one norm), and RW (serial, alibi).

#include <cmath>
#include <vector>

#include "eval/models/archs.h"
#include "eval/models/common_fields.h"

namespace sn37::eval {
namespace {

// Press et al., ALiBi: powers of 2^(-8 / n) for n heads, n a power of 2; the
// heads beyond take every other power for 2 n.
std::vector<float> Slopes(int64_t heads) {
  int64_t power = 1;
  while (2 * power <= heads) power *= 2;
  std::vector<float> slopes;
  for (int64_t h = 0; h < heads; ++h) {
    const double n = static_cast<double>(h < power ? power : 2 * power);
    const double exponent =
        static_cast<double>(h < power ? h + 1 : 2 * (h - power) + 1);
    const float base = static_cast<float>(std::pow(2.0, -8.0 / n));
    slopes.push_back(
        static_cast<float>(std::pow(static_cast<double>(base), exponent)));
  }
  return slopes;
}

// Which of the three it is.
void ReadShape(ConfigReader& reader, DecoderConfig& config) {
  const bool grouped = reader.BoolOr("new_decoder_architecture", false);
  const bool one_kv_head = reader.BoolOr("multi_query", true);
  const bool parallel = reader.BoolOr("parallel_attn", true);
  const int64_t norms =
      reader.IntOr("num_ln_in_parallel_attn", 1, 2, grouped ? 2 : 1);
  const int64_t kv_heads =
      reader.IntOr("num_kv_heads", 1, config.heads, config.heads);
  if (grouped && !parallel) {
    reader.Fail("parallel_attn", "must be true with new_decoder_architecture");
  }
  if (!grouped && norms == 2) {
    reader.Fail("num_ln_in_parallel_attn",
                "must be 1 without new_decoder_architecture");
  }
  config.kv_heads = grouped ? kv_heads : one_kv_head ? 1 : config.heads;
  config.parallel = parallel;
  config.second_norm = !parallel || norms == 2;
}

DecoderConfig ParseFalcon(ConfigReader& reader) {
  DecoderConfig config;
  ReadSizes(reader, config, {.max_positions = 2048}, "ffn_hidden_size");
  CheckHeadsFillHidden(reader, config);
  ReadShape(reader, config);
  config.layer_norm = true;
  config.norm_bias = true;
  config.norm_epsilon =
      static_cast<float>(reader.DoubleOr("layer_norm_epsilon", 0, 1, 1e-5));
  config.tied_head = reader.BoolOr("tie_word_embeddings", true);
  config.activation = ReadActivation(reader, "activation", "gelu");
  config.gated = false;
  config.qkv_bias = config.output_bias = config.mlp_bias =
      reader.BoolOr("bias", false);
  reader.Expect("apply_residual_connection_post_layernorm", false);
  const bool alibi = reader.BoolOr("alibi", false);
  ReadRotary(reader, config);
  if (alibi) {
    if (config.rotary.scaling != RotaryConfig::kNone) {
      reader.Fail("rope_scaling", "there is no rotation with alibi");
    }
    config.rotary = {};
    config.alibi_slopes = Slopes(config.heads);
  }
  return config;
}

// The fused tensor holds, for each key-value head, the queries that use it,
// then its key and its value: rows [from, to) of each, in heads.
std::vector<RowRange> OfEachGroup(const DecoderConfig& config, int64_t from,
                                  int64_t to) {
  const int64_t queries = config.heads / config.kv_heads;
  std::vector<RowRange> rows;
  for (int64_t g = 0; g < config.kv_heads; ++g) {
    const int64_t first = g * (queries + 2);
    rows.emplace_back((first + from) * config.head_dim,
                      (first + to) * config.head_dim);
  }
  return rows;
}
std::vector<RowRange> Q(const DecoderConfig& c) {
  return OfEachGroup(c, 0, c.heads / c.kv_heads);
}
std::vector<RowRange> K(const DecoderConfig& c) {
  return OfEachGroup(c, c.heads / c.kv_heads, c.heads / c.kv_heads + 1);
}
std::vector<RowRange> V(const DecoderConfig& c) {
  return OfEachGroup(c, c.heads / c.kv_heads + 1, c.heads / c.kv_heads + 2);
}

bool TwoParallelNorms(const DecoderConfig& config) {
  return config.parallel && config.second_norm;
}

constexpr SlotName kSlots[] = {
    {Slot::kEmbedding, "transformer.word_embeddings"},
    {Slot::kNorm1, "transformer.h.{}.ln_attn", nullptr, TwoParallelNorms},
    {Slot::kNorm2, "transformer.h.{}.ln_mlp", nullptr, TwoParallelNorms},
    {Slot::kNorm1, "transformer.h.{}.input_layernorm"},
    {Slot::kNorm2, "transformer.h.{}.post_attention_layernorm"},
    {Slot::kQ, "transformer.h.{}.self_attention.query_key_value", Q},
    {Slot::kK, "transformer.h.{}.self_attention.query_key_value", K},
    {Slot::kV, "transformer.h.{}.self_attention.query_key_value", V},
    {Slot::kO, "transformer.h.{}.self_attention.dense"},
    {Slot::kUp, "transformer.h.{}.mlp.dense_h_to_4h"},
    {Slot::kDown, "transformer.h.{}.mlp.dense_4h_to_h"},
    {Slot::kFinalNorm, "transformer.ln_f"},
    {Slot::kHead, "lm_head"},
};

}  // namespace

const ModelArch kFalcon = {"FalconForCausalLM", ParseFalcon, kSlots};

}  // namespace sn37::eval
