#include "eval/models/testing/small_model.h"

#include <cstdint>
#include <span>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/tokenizer/testing/small_tokenizer.h"
#include "eval/weights/safetensors_writer.h"
#include "nlohmann/json.hpp"
#include "sn37/base/check.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/random.h"

namespace sn37::eval {
namespace {

constexpr int64_t kHidden = 32;
constexpr int64_t kLayers = 2;

std::vector<TensorSpec> Tensors() {
  auto spec = [](const std::string& name, std::vector<int64_t> shape) {
    return TensorSpec{name + ".weight", ElementType::kF32, std::move(shape)};
  };
  std::vector<TensorSpec> specs = {
      spec("model.embed_tokens", {kSmallVocabulary, kHidden}),
      spec("lm_head", {kSmallVocabulary, kHidden}),
      spec("model.norm", {kHidden})};
  for (int64_t i = 0; i < kLayers; ++i) {
    const std::string layer = absl::StrCat("model.layers.", i, ".");
    for (const char* name : {"q", "k", "v", "o"}) {
      specs.push_back(spec(absl::StrCat(layer, "self_attn.", name, "_proj"),
                           {kHidden, kHidden}));
    }
    for (const char* name : {"gate", "up", "down"}) {
      specs.push_back(
          spec(absl::StrCat(layer, "mlp.", name, "_proj"), {kHidden, kHidden}));
    }
    for (const char* name : {"input", "post_attention"}) {
      specs.push_back(spec(absl::StrCat(layer, name, "_layernorm"), {kHidden}));
    }
  }
  return specs;
}

// Uniform in [-1/4, 1/4); those of norms, the vectors, are 1.
std::vector<float> Values(const TensorSpec& spec) {
  if (spec.shape.size() == 1) return std::vector<float>(spec.shape[0], 1.0f);
  CounterRandom random(Sha256("small model"), spec.name, 0);
  std::vector<float> values(spec.shape[0] * spec.shape[1]);
  for (float& value : values) {
    value = static_cast<float>(random.Next32() >> 8) * 0x1p-25f - 0.25f;
  }
  return values;
}

void WriteWeights(const std::string& path) {
  const std::vector<TensorSpec> specs = Tensors();
  auto writer = SafeTensorsWriter::Create(path, specs);
  SN37_CHECK(writer.ok()) << writer.status();
  for (const TensorSpec& spec : specs) {
    const std::vector<float> values = Values(spec);
    const absl::Status written = writer->Write(
        spec.name, std::span(reinterpret_cast<const uint8_t*>(values.data()),
                             4 * values.size()));
    SN37_CHECK(written.ok()) << written;
  }
  const absl::Status finished = writer->Finish();
  SN37_CHECK(finished.ok()) << finished;
}

}  // namespace

void WriteSmallModel(const std::string& folder) {
  const nlohmann::json config = {{"architectures", {"LlamaForCausalLM"}},
                                 {"model_type", "llama"},
                                 {"hidden_act", "silu"},
                                 {"hidden_size", kHidden},
                                 {"intermediate_size", kHidden},
                                 {"num_hidden_layers", kLayers},
                                 {"num_attention_heads", 2},
                                 {"num_key_value_heads", 2},
                                 {"max_position_embeddings", 512},
                                 {"rms_norm_eps", 1e-6},
                                 {"rope_theta", 10000.0},
                                 {"tie_word_embeddings", false},
                                 {"torch_dtype", "float32"},
                                 {"vocab_size", kSmallVocabulary}};
  absl::Status status = MakeFolder(folder);
  status.Update(WriteFileWhole(JoinPath(folder, "config.json"), config.dump()));
  SN37_CHECK(status.ok()) << status;
  WriteWeights(JoinPath(folder, "model.safetensors"));
  WriteSmallTokenizer(folder);
}

}  // namespace sn37::eval
