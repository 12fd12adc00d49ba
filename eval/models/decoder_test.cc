#include "eval/models/decoder.h"

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eval/kernels/test_device.h"
#include "eval/models/archs.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/safetensors_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

using testing::HasSubstr;

// A model of testdata, whose fields and tensors a test replaces.
class Model : public TensorSource {
 public:
  explicit Model(const std::string& name)
      : folder_("eval/models/testdata/" + name),
        source_(*SafeTensors::Open(folder_)) {
    const auto read = ReadModelConfig(folder_);
    EXPECT_TRUE(read.ok()) << read.status();
    config = read->json;
  }

  std::vector<std::string> Names() const override { return source_.Names(); }
  absl::StatusOr<at::Tensor> Get(std::string_view name) const override {
    const auto it = replaced.find(std::string(name));
    return it == replaced.end() ? source_.Get(name) : it->second;
  }
  void Release(std::string_view) const override {}

  // Log-probabilities of a text's tokens.
  absl::StatusOr<std::vector<float>> Logprobs() const {
    SN37_ASSIGN_OR_RETURN(const ModelArch* arch, FindArch(config));
    SN37_ASSIGN_OR_RETURN(const DecoderConfig parsed,
                          ParseDecoderConfig(*arch, config));
    const std::unique_ptr<Ops> ops = NewTestDevice(1);
    SN37_ASSIGN_OR_RETURN(
        const std::unique_ptr<Decoder> decoder,
        Decoder::Load(*arch, parsed, *this, DType::kFloat32, *ops));
    Batch batch;
    batch.ids = {5, 17, 3, 99, 42};
    batch.positions = {0, 1, 2, 3, 4};
    batch.lengths = {5, 5, 5, 5, 5};
    const std::vector<int32_t> blocks = {0};
    batch.segments = {{0, 5, 0, blocks}};
    KvCache cache = decoder->NewCache(1, 1);
    const at::Tensor hidden = decoder->Forward(batch, {0, 1, 2, 3, 4}, cache);
    std::vector<float> logprobs;
    for (const Scored& scored : decoder->Score(hidden, {17, 3, 99, 42, 7})) {
      logprobs.push_back(scored.logprob);
    }
    return logprobs;
  }

  nlohmann::json config;
  std::map<std::string, at::Tensor> replaced;

 private:
  const std::string folder_;
  const SafeTensorsSource source_;
};

TEST(DecoderTest, ATiedHeadKeepsItsOwnBias) {
  Model untied("phi_partial05");
  untied.replaced["lm_head.weight"] = *untied.Get("model.embed_tokens.weight");
  untied.replaced["lm_head.bias"] = at::linspace(-2, 2, 512, at::kFloat);
  Model tied("phi_partial05");
  tied.config["tie_word_embeddings"] = true;
  tied.replaced["lm_head.bias"] = untied.replaced["lm_head.bias"];
  const auto expected = untied.Logprobs();
  const auto logprobs = tied.Logprobs();
  ASSERT_TRUE(expected.ok()) << expected.status();
  ASSERT_TRUE(logprobs.ok()) << logprobs.status();
  EXPECT_EQ(*logprobs, *expected);
}

TEST(DecoderTest, ATensorOfAnotherLengthThanTheConfigSaysIsRefused) {
  const struct {
    const char* model;
    const char* tensor;
  } kCases[] = {
      {"phi3_gqa_longrope", "model.layers.1.self_attn.qkv_proj.weight"},
      {"phi3_gqa_longrope", "model.layers.0.mlp.gate_up_proj.weight"},
      {"neox_parallel_pct025",
       "gpt_neox.layers.0.attention.query_key_value.weight"},
      {"neox_parallel_pct025",
       "gpt_neox.layers.0.attention.query_key_value.bias"},
      {"falcon_40b_style",
       "transformer.h.0.self_attention.query_key_value.weight"},
      {"falcon_7b_style",
       "transformer.h.0.self_attention.query_key_value.weight"},
      {"phi3_gqa_longrope", "model.embed_tokens.weight"},
      {"phi3_gqa_longrope", "model.norm.weight"},
  };
  for (const auto& c : kCases) {
    Model model(c.model);
    ASSERT_TRUE(model.Logprobs().ok()) << model.Logprobs().status();
    const at::Tensor whole = *model.Get(c.tensor);
    const int64_t rows = whole.size(0);
    for (const at::Tensor& other : {whole.narrow(0, 0, rows - 1).contiguous(),
                                    at::cat({whole, whole.narrow(0, 0, 1)})}) {
      model.replaced[c.tensor] = other;
      const absl::Status status = model.Logprobs().status();
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.tensor;
      EXPECT_THAT(std::string(status.message()), HasSubstr(c.tensor));
    }
  }
}

}  // namespace
}  // namespace sn37::eval
