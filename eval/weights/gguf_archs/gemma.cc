// "gemma": GemmaForCausalLM. The file holds 1 + weight of each norm.

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

void Read(GgufFields& fields, GgufModel& model) {
  ReadGgufSizes(fields, model, "GemmaForCausalLM", "gemma");
  ReadGgufWholeRotary(fields, model);
  model.config["head_dim"] = model.head_dim;
  model.config["hidden_act"] = "gelu_pytorch_tanh";
  model.config["rms_norm_eps"] =
      fields.Positive("attention.layer_norm_rms_epsilon");
}

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "model.embed_tokens"},
    {"blk.{}.attn_norm", "model.layers.{}.input_layernorm", nullptr, nullptr,
     nullptr, -1},
    {"blk.{}.attn_q", "model.layers.{}.self_attn.q_proj"},
    {"blk.{}.attn_k", "model.layers.{}.self_attn.k_proj"},
    {"blk.{}.attn_v", "model.layers.{}.self_attn.v_proj"},
    {"blk.{}.attn_output", "model.layers.{}.self_attn.o_proj"},
    {"blk.{}.ffn_norm", "model.layers.{}.post_attention_layernorm", nullptr,
     nullptr, nullptr, -1},
    {"blk.{}.ffn_gate", "model.layers.{}.mlp.gate_proj"},
    {"blk.{}.ffn_up", "model.layers.{}.mlp.up_proj"},
    {"blk.{}.ffn_down", "model.layers.{}.mlp.down_proj"},
    {"output_norm", "model.norm", nullptr, nullptr, nullptr, -1},
    {"output", "lm_head", nullptr, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufGemma = {"gemma", Read, kTensors};

}  // namespace sn37::eval
