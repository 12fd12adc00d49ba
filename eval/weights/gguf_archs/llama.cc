// "llama": LlamaForCausalLM, and MistralForCausalLM where there is a sliding
// window.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_archs/common.h"

namespace sn37::eval {
namespace {

constexpr char kFactors[] = "rope_freqs.weight";

// What llama3 scaling divides the frequency of each pair by, in the float32
// arithmetic of the converters.
std::vector<float> Llama3Factors(double theta, int64_t head_dim, float factor,
                                 float original) {
  constexpr float kLow = 1, kHigh = 4;
  std::vector<float> factors;
  for (int64_t i = 0; i < head_dim; i += 2) {
    const double exponent =
        static_cast<double>(i) / static_cast<double>(head_dim);
    const float wavelength =
        static_cast<float>(2 * std::numbers::pi * std::pow(theta, exponent));
    if (wavelength < original / kHigh) {
      factors.push_back(1);
    } else if (wavelength > original / kLow) {
      factors.push_back(factor);
    } else {
      const float smooth = (original / wavelength - kLow) / (kHigh - kLow);
      factors.push_back(1 / ((1 - smooth) / factor + smooth));
    }
  }
  return factors;
}

bool Agree(const std::vector<float>& a, const std::vector<float>& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= 1e-5f * a[i])) return false;
  }
  return true;
}

// Files keep llama3 scaling as a factor for each pair. The config wants what
// the factors were made from: all published models have 1 and 4 as the bounds,
// and were first trained on a power of two of positions.
void ReadLlama3(GgufFields& fields, GgufModel& model) {
  if (!fields.HasTensor(kFactors)) return;
  const std::vector<float> factors =
      fields.Vector(kFactors, model.head_dim / 2);
  if (factors.empty()) return;
  const float factor = *std::max_element(factors.begin(), factors.end());
  const double theta = model.config["rope_theta"];
  for (int64_t original = 32; original <= 1 << 20; original *= 2) {
    if (!Agree(Llama3Factors(theta, model.head_dim, factor,
                             static_cast<float>(original)),
               factors)) {
      continue;
    }
    if (!model.config["rope_scaling"].is_null()) break;
    model.config["rope_scaling"] = {
        {"factor", ShortestDouble(factor)},
        {"high_freq_factor", 4.0},
        {"low_freq_factor", 1.0},
        {"original_max_position_embeddings", original},
        {"rope_type", "llama3"}};
    return;
  }
  fields.Refuse(kFactors, "its factors are not those of llama3 scaling");
}

void Read(GgufFields& fields, GgufModel& model) {
  const bool window = fields.Has("attention.sliding_window");
  ReadGgufSizes(fields, model,
                window ? "MistralForCausalLM" : "LlamaForCausalLM",
                window ? "mistral" : "llama");
  ReadGgufWholeRotary(fields, model);
  ReadLlama3(fields, model);
  if (model.head_dim % 2 != 0) {
    fields.Fail("attention.key_length", "is odd");
  }
  model.config["head_dim"] = model.head_dim;
  model.config["hidden_act"] = "silu";
  model.config["rms_norm_eps"] =
      fields.Positive("attention.layer_norm_rms_epsilon");
  if (window) {
    model.config["sliding_window"] =
        fields.Size("attention.sliding_window", 1 << 24);
  } else {
    model.config["attention_bias"] = fields.HasTensor("blk.0.attn_q.bias");
    model.config["mlp_bias"] = fields.HasTensor("blk.0.ffn_up.bias");
  }
}

// llama.cpp rotates neighbouring pairs, Hugging Face the two halves of a head;
// the converter to GGUF interleaves the halves of each head's query and key
// rows to make up for it.
int64_t Interleaved(int64_t row, const GgufModel& model) {
  const int64_t half = row % model.head_dim / (model.head_dim / 2);
  const int64_t index = row % (model.head_dim / 2);
  return row / model.head_dim * model.head_dim + 2 * index + half;
}
constexpr RowOrder kQueries = {
    [](const GgufModel& m) { return m.heads * m.head_dim; }, Interleaved};
constexpr RowOrder kKeys = {
    [](const GgufModel& m) { return m.kv_heads * m.head_dim; }, Interleaved};

constexpr GgufTensorName kTensors[] = {
    {"token_embd", "model.embed_tokens"},
    {"blk.{}.attn_norm", "model.layers.{}.input_layernorm"},
    {"blk.{}.attn_q", "model.layers.{}.self_attn.q_proj", AttentionBias,
     &kQueries},
    {"blk.{}.attn_k", "model.layers.{}.self_attn.k_proj", AttentionBias,
     &kKeys},
    {"blk.{}.attn_v", "model.layers.{}.self_attn.v_proj", AttentionBias},
    {"blk.{}.attn_output", "model.layers.{}.self_attn.o_proj", AttentionBias},
    {"blk.{}.ffn_norm", "model.layers.{}.post_attention_layernorm"},
    {"blk.{}.ffn_gate", "model.layers.{}.mlp.gate_proj", MlpBias},
    {"blk.{}.ffn_up", "model.layers.{}.mlp.up_proj", MlpBias},
    {"blk.{}.ffn_down", "model.layers.{}.mlp.down_proj", MlpBias},
    {"output_norm", "model.norm"},
    {"output", "lm_head", nullptr, nullptr, Untied},
};

}  // namespace

const GgufArch kGgufLlama = {"llama", Read, kTensors};

}  // namespace sn37::eval
