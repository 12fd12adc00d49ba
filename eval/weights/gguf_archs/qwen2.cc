// "qwen2": Qwen2ForCausalLM.

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

void Read(GgufFields& fields, GgufModel& model) {
  ReadGgufSizes(fields, model, "Qwen2ForCausalLM", "qwen2");
  CheckGgufHeadDim(fields, model);
  ReadGgufWholeRotary(fields, model);
  model.config["hidden_act"] = "silu";
  model.config["rms_norm_eps"] =
      fields.Positive("attention.layer_norm_rms_epsilon");
}

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "model.embed_tokens"},
    {"blk.{}.attn_norm", "model.layers.{}.input_layernorm"},
    {"blk.{}.attn_q", "model.layers.{}.self_attn.q_proj", Always},
    {"blk.{}.attn_k", "model.layers.{}.self_attn.k_proj", Always},
    {"blk.{}.attn_v", "model.layers.{}.self_attn.v_proj", Always},
    {"blk.{}.attn_output", "model.layers.{}.self_attn.o_proj"},
    {"blk.{}.ffn_norm", "model.layers.{}.post_attention_layernorm"},
    {"blk.{}.ffn_gate", "model.layers.{}.mlp.gate_proj"},
    {"blk.{}.ffn_up", "model.layers.{}.mlp.up_proj"},
    {"blk.{}.ffn_down", "model.layers.{}.mlp.down_proj"},
    {"output_norm", "model.norm"},
    {"output", "lm_head", nullptr, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufQwen2 = {"qwen2", Read, kTensors};

}  // namespace sn37::eval
