// "phi3": Phi3ForCausalLM, whose fused tensors the file keeps as they are.

#include <cmath>
#include <vector>

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

constexpr char kLong[] = "rope_factors_long.weight";
constexpr char kShort[] = "rope_factors_short.weight";

nlohmann::json Factors(GgufFields& fields, const char* tensor, int64_t pairs) {
  nlohmann::json list = nlohmann::json::array();
  for (const float value : fields.Vector(tensor, pairs)) {
    list.push_back(ShortestDouble(value));
  }
  return list;
}

// `rotated`: the columns of a head that are.
void ReadLongRope(GgufFields& fields, int64_t rotated, GgufModel& model) {
  const int64_t original =
      fields.SizeOr("rope.scaling.original_context_length", 1 << 24, 0);
  if (original != 0) {
    model.config["original_max_position_embeddings"] = original;
  }
  if (!fields.HasTensor(kLong)) return;
  if (original == 0) fields.Fail(kLong, "without original_context_length");
  nlohmann::json scaling = {
      {"type", "longrope"},
      {"long_factor", Factors(fields, kLong, rotated / 2)},
      {"short_factor", Factors(fields, kShort, rotated / 2)}};
  const double positions = model.config["max_position_embeddings"];
  const double first = static_cast<double>(original);
  const double usual =
      positions <= first
          ? 1.0
          : std::sqrt(1 + std::log(positions / first) / std::log(first));
  const double factor = fields.PositiveOr("rope.scaling.attn_factor", usual);
  // Only an unusual one: transformers 4 knows no such field for this model.
  if (std::abs(factor - usual) > 1e-6 * usual) {
    scaling["attention_factor"] = factor;
  }
  model.config["rope_scaling"] = scaling;
}

void Read(GgufFields& fields, GgufModel& model) {
  ReadGgufSizes(fields, model, "Phi3ForCausalLM", "phi3");
  CheckGgufHeadDim(fields, model);
  const double share = ReadGgufRotary(fields, model);
  if (share != 1) model.config["partial_rotary_factor"] = share;
  ReadLongRope(
      fields, static_cast<int64_t>(share * static_cast<double>(model.head_dim)),
      model);
  model.config["hidden_act"] = "silu";
  model.config["rms_norm_eps"] =
      fields.Positive("attention.layer_norm_rms_epsilon");
  model.config["sliding_window"] = nullptr;
  const int64_t window = fields.SizeOr("attention.sliding_window", 1 << 24, 0);
  if (window != 0) model.config["sliding_window"] = window;
}

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "model.embed_tokens"},
    {"blk.{}.attn_norm", "model.layers.{}.input_layernorm"},
    {"blk.{}.attn_qkv", "model.layers.{}.self_attn.qkv_proj"},
    {"blk.{}.attn_output", "model.layers.{}.self_attn.o_proj"},
    {"blk.{}.ffn_norm", "model.layers.{}.post_attention_layernorm"},
    {"blk.{}.ffn_up", "model.layers.{}.mlp.gate_up_proj"},
    {"blk.{}.ffn_down", "model.layers.{}.mlp.down_proj"},
    {"output_norm", "model.norm"},
    {"output", "lm_head", nullptr, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufPhi3 = {"phi3", Read, kTensors};

}  // namespace sn37::eval
