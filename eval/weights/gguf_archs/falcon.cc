// "falcon": FalconForCausalLM in the shapes of 40B, 11B and 7B; GGUF has none
// with alibi or biases.

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

bool TwoNorms(const nlohmann::json& config) {
  return config.value("num_ln_in_parallel_attn", 1) == 2;
}
bool OneNorm(const nlohmann::json& config) { return !TwoNorms(config); }

void Read(GgufFields& fields, GgufModel& model) {
  ReadGgufSizes(fields, model, "FalconForCausalLM", "falcon");
  CheckGgufHeadDim(fields, model);
  ReadGgufWholeRotary(fields, model);
  nlohmann::json& config = model.config;
  config["ffn_hidden_size"] = config["intermediate_size"];
  config["num_kv_heads"] = model.kv_heads;
  config.erase("intermediate_size");
  config.erase("num_key_value_heads");
  const bool two_norms = fields.HasTensor("blk.0.attn_norm_2.weight");
  const bool grouped = two_norms || model.kv_heads != 1;
  config["new_decoder_architecture"] = grouped;
  if (grouped) config["num_ln_in_parallel_attn"] = two_norms ? 2 : 1;
  config["multi_query"] = true;
  config["parallel_attn"] = true;
  config["activation"] = "gelu";
  config["alibi"] = false;
  config["bias"] = false;
  config["layer_norm_epsilon"] =
      fields.Positive("attention.layer_norm_epsilon");
}

// Hugging Face's fused tensor holds, for each key-value head, the queries that
// use it, then its key and its value; the file all queries, all keys and all
// values.
int64_t ByKind(int64_t row, const GgufModel& model) {
  const int64_t queries = model.heads / model.kv_heads;
  const int64_t group = row / ((queries + 2) * model.head_dim);
  const int64_t member = row / model.head_dim % (queries + 2);
  const int64_t head =
      member < queries
          ? group * queries + member
          : model.heads + (member - queries) * model.kv_heads + group;
  return head * model.head_dim + row % model.head_dim;
}
constexpr RowOrder kQkv = {
    [](const GgufModel& m) { return (m.heads + 2 * m.kv_heads) * m.head_dim; },
    ByKind};

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "transformer.word_embeddings"},
    {"blk.{}.attn_norm", "transformer.h.{}.input_layernorm", Always, nullptr,
     OneNorm},
    {"blk.{}.attn_norm", "transformer.h.{}.ln_mlp", Always, nullptr, TwoNorms},
    {"blk.{}.attn_norm_2", "transformer.h.{}.ln_attn", Always, nullptr,
     TwoNorms},
    {"blk.{}.attn_qkv", "transformer.h.{}.self_attention.query_key_value",
     nullptr, &kQkv},
    {"blk.{}.attn_output", "transformer.h.{}.self_attention.dense"},
    {"blk.{}.ffn_up", "transformer.h.{}.mlp.dense_h_to_4h"},
    {"blk.{}.ffn_down", "transformer.h.{}.mlp.dense_4h_to_h"},
    {"output_norm", "transformer.ln_f", Always},
    {"output", "lm_head", nullptr, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufFalcon = {"falcon", Read, kTensors};

}  // namespace sn37::eval
