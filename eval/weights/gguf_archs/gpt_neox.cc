// "gptneox": GPTNeoXForCausalLM.

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

void Read(GgufFields& fields, GgufModel& model) {
  ReadGgufSizes(fields, model, "GPTNeoXForCausalLM", "gpt_neox");
  CheckGgufHeadDim(fields, model);
  if (model.kv_heads != model.heads) {
    fields.Refuse("attention.head_count_kv", "is not head_count");
  }
  model.config.erase("num_key_value_heads");
  model.config["rotary_pct"] = ReadGgufRotary(fields, model);
  model.config["rotary_emb_base"] = model.config["rope_theta"];
  model.config["hidden_act"] = "gelu";
  model.config["layer_norm_eps"] =
      fields.Positive("attention.layer_norm_epsilon");
  model.config["attention_bias"] = true;
  model.config["use_parallel_residual"] =
      fields.BoolOr("use_parallel_residual", true);
}

// Hugging Face's fused tensor holds, head by head, its query, key and value;
// the file all queries, all keys and all values.
int64_t ByKind(int64_t row, const GgufModel& model) {
  const int64_t head = row / (3 * model.head_dim);
  const int64_t kind = row / model.head_dim % 3;
  return (kind * model.heads + head) * model.head_dim + row % model.head_dim;
}
constexpr RowOrder kQkv = {
    [](const GgufModel& m) { return 3 * m.heads * m.head_dim; }, ByKind};

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "gpt_neox.embed_in"},
    {"blk.{}.attn_norm", "gpt_neox.layers.{}.input_layernorm", Always},
    {"blk.{}.attn_qkv", "gpt_neox.layers.{}.attention.query_key_value", Always,
     &kQkv},
    {"blk.{}.attn_output", "gpt_neox.layers.{}.attention.dense", Always},
    {"blk.{}.ffn_norm", "gpt_neox.layers.{}.post_attention_layernorm", Always},
    {"blk.{}.ffn_up", "gpt_neox.layers.{}.mlp.dense_h_to_4h", Always},
    {"blk.{}.ffn_down", "gpt_neox.layers.{}.mlp.dense_4h_to_h", Always},
    {"output_norm", "gpt_neox.final_layer_norm", Always},
    {"output", "embed_out", nullptr, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufGptNeoX = {"gptneox", Read, kTensors};

}  // namespace sn37::eval
