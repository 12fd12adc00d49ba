// "gemma2": Gemma2ForCausalLM. The file holds 1 + weight of each norm.

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

// The one published model whose queries are not scaled by the size of a head
// has as many layers; files do not say, and llama.cpp knows it by them, too.
constexpr int64_t kLayersOf27B = 46;

void Read(GgufFields& fields, GgufModel& model) {
  ReadGgufSizes(fields, model, "Gemma2ForCausalLM", "gemma2");
  ReadGgufWholeRotary(fields, model);
  model.config["head_dim"] = model.head_dim;
  model.config["hidden_activation"] = "gelu_pytorch_tanh";
  model.config["rms_norm_eps"] =
      fields.Positive("attention.layer_norm_rms_epsilon");
  model.config["sliding_window"] =
      fields.Size("attention.sliding_window", 1 << 24);
  model.config["attn_logit_softcapping"] =
      fields.Positive("attn_logit_softcapping");
  model.config["final_logit_softcapping"] =
      fields.Positive("final_logit_softcapping");
  model.config["query_pre_attn_scalar"] = model.layers == kLayersOf27B
                                              ? model.hidden / model.heads
                                              : model.head_dim;
}

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "model.embed_tokens"},
    {"blk.{}.attn_norm", "model.layers.{}.input_layernorm", nullptr, nullptr,
     nullptr, -1},
    {"blk.{}.attn_q", "model.layers.{}.self_attn.q_proj"},
    {"blk.{}.attn_k", "model.layers.{}.self_attn.k_proj"},
    {"blk.{}.attn_v", "model.layers.{}.self_attn.v_proj"},
    {"blk.{}.attn_output", "model.layers.{}.self_attn.o_proj"},
    {"blk.{}.post_attention_norm", "model.layers.{}.post_attention_layernorm",
     nullptr, nullptr, nullptr, -1},
    {"blk.{}.ffn_norm", "model.layers.{}.pre_feedforward_layernorm", nullptr,
     nullptr, nullptr, -1},
    {"blk.{}.ffn_gate", "model.layers.{}.mlp.gate_proj"},
    {"blk.{}.ffn_up", "model.layers.{}.mlp.up_proj"},
    {"blk.{}.ffn_down", "model.layers.{}.mlp.down_proj"},
    {"blk.{}.post_ffw_norm", "model.layers.{}.post_feedforward_layernorm",
     nullptr, nullptr, nullptr, -1},
    {"output_norm", "model.norm", nullptr, nullptr, nullptr, -1},
    {"output", "lm_head", nullptr, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufGemma2 = {"gemma2", Read, kTensors};

}  // namespace sn37::eval
