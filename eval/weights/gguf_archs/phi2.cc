// "phi2": PhiForCausalLM.

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

void Read(GgufFields& fields, GgufModel& model) {
  ReadGgufSizes(fields, model, "PhiForCausalLM", "phi");
  CheckGgufHeadDim(fields, model);
  model.config["partial_rotary_factor"] = ReadGgufRotary(fields, model);
  model.config["hidden_act"] = "gelu_new";
  model.config["layer_norm_eps"] =
      fields.Positive("attention.layer_norm_epsilon");
  model.config["qk_layernorm"] = false;
}

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "model.embed_tokens"},
    {"blk.{}.attn_norm", "model.layers.{}.input_layernorm", Always},
    {"blk.{}.attn_q", "model.layers.{}.self_attn.q_proj", Always},
    {"blk.{}.attn_k", "model.layers.{}.self_attn.k_proj", Always},
    {"blk.{}.attn_v", "model.layers.{}.self_attn.v_proj", Always},
    {"blk.{}.attn_output", "model.layers.{}.self_attn.dense", Always},
    {"blk.{}.ffn_up", "model.layers.{}.mlp.fc1", Always},
    {"blk.{}.ffn_down", "model.layers.{}.mlp.fc2", Always},
    {"output_norm", "model.final_layernorm", Always},
    {"output", "lm_head", Always, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufPhi2 = {"phi2", Read, kTensors};

}  // namespace sn37::eval
