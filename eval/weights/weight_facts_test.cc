#include "eval/weights/weight_facts.h"

#include <unistd.h>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eval/weights/element_type.h"
#include "eval/weights/safetensors_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

using testing::HasSubstr;

const std::map<std::string, Projection> kReferenceNames = {
    {"q_proj", Projection::kQuery}, {"k_proj", Projection::kKey},
    {"v_proj", Projection::kValue}, {"o_proj", Projection::kOutput},
    {"up_proj", Projection::kUp},   {"down_proj", Projection::kDown},
};

absl::StatusOr<WeightFacts> MeasureFolder(const std::string& folder,
                                          int threads) {
  const auto config = ReadModelConfig(folder);
  if (!config.ok()) return config.status();
  const auto weights = SafeTensors::Open(folder);
  if (!weights.ok()) return weights.status();
  return MeasureWeights(*weights, *config, threads);
}

double NormOf(const WeightFacts& facts, Projection projection, int64_t layer) {
  for (const ProjectionNorm& norm : facts.norms) {
    if (norm.projection == projection && norm.layer == layer) return norm.norm;
  }
  ADD_FAILURE() << "no norm of layer " << layer;
  return -1;
}

TEST(WeightFactsTest, FactsAreThoseOfTheReferenceImplementation) {
  const auto expected = ParseJson(
      *ReadFile("eval/weights/testdata/llama_norms.json", 1 << 20), {});
  ASSERT_TRUE(expected.ok()) << expected.status();
  for (const auto& [model, reference] : expected->items()) {
    const auto facts = MeasureFolder("eval/models/testdata/" + model, 2);
    ASSERT_TRUE(facts.ok()) << facts.status();
    EXPECT_EQ(facts->parameters, reference["parameters"]) << model;
    ASSERT_EQ(facts->norms.size(), 6 * reference["layers"].size()) << model;
    int64_t layer = 0;
    for (const auto& norms : reference["layers"]) {
      for (const auto& [name, projection] : kReferenceNames) {
        EXPECT_EQ(NormOf(*facts, projection, layer), norms[name])
            << model << " " << name << " " << layer;
      }
      ++layer;
    }
  }
}

TEST(WeightFactsTest, TheNumberOfThreadsChangesNoBit) {
  const std::string folder = "eval/weights/smollm2";
  const auto one = MeasureFolder(folder, 1);
  const auto three = MeasureFolder(folder, 3);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->parameters, 134515008);
  EXPECT_EQ(one->vocabulary, 49152);
  ASSERT_EQ(one->norms.size(), 180);
  for (size_t i = 0; i < one->norms.size(); ++i) {
    EXPECT_EQ(one->norms[i].norm, three->norms[i].norm);
  }
}

// A folder with config.json and float tensors.
class ModelBuilder {
 public:
  explicit ModelBuilder(std::string config) : config_(std::move(config)) {}

  // A matrix whose row i holds values[i] in each of two columns.
  ModelBuilder& Add(const std::string& name, const std::vector<float>& values) {
    specs_.push_back(
        {name, ElementType::kF32, {static_cast<int64_t>(values.size()), 2}});
    for (const float value : values) {
      data_[name].push_back(value);
      data_[name].push_back(value);
    }
    return *this;
  }

  absl::StatusOr<WeightFacts> Measure() const {
    const std::string folder = testing::TempDir() + "/weight_facts";
    EXPECT_TRUE(MakeFolder(folder).ok());
    EXPECT_TRUE(WriteFileWhole(folder + "/config.json", config_).ok());
    auto writer =
        SafeTensorsWriter::Create(folder + "/model.safetensors", specs_);
    EXPECT_TRUE(writer.ok()) << writer.status();
    for (const auto& [name, values] : data_) {
      EXPECT_TRUE(
          writer
              ->Write(name, {reinterpret_cast<const uint8_t*>(values.data()),
                             4 * values.size()})
              .ok());
    }
    EXPECT_TRUE(writer->Finish().ok());
    return MeasureFolder(folder, 2);
  }

 private:
  std::string config_;
  std::vector<TensorSpec> specs_;
  std::map<std::string, std::vector<float>> data_;
};

// The norm of `rows` rows of two columns that all hold `value`, exact for the
// values used here.
double Norm(double value, double rows) { return std::sqrt(2 * rows) * value; }

TEST(WeightFactsTest, FusedQueryKeyValueAndGateUpAreSplit) {
  const auto facts =
      ModelBuilder(R"({"architectures":["Phi3ForCausalLM"],"vocab_size":3,)"
                   R"("num_hidden_layers":1,"num_attention_heads":4,)"
                   R"("num_key_value_heads":1})")
          .Add("model.embed_tokens.weight", {1, 1, 1})
          .Add("model.layers.0.self_attn.qkv_proj.weight",
               {1, 1, 1, 1, 1, 1, 1, 1, 4, 4, 8, 8})
          .Add("model.layers.0.self_attn.o_proj.weight", {16, 16})
          .Add("model.layers.0.mlp.gate_up_proj.weight", {99, 99, 32, 32})
          .Add("model.layers.0.mlp.down_proj.weight", {64, 64})
          .Measure();
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->norms.size(), 6);
  EXPECT_EQ(NormOf(*facts, Projection::kQuery, 0), Norm(1, 8));
  EXPECT_EQ(NormOf(*facts, Projection::kKey, 0), Norm(4, 2));
  EXPECT_EQ(NormOf(*facts, Projection::kValue, 0), Norm(8, 2));
  EXPECT_EQ(NormOf(*facts, Projection::kOutput, 0), Norm(16, 2));
  EXPECT_EQ(NormOf(*facts, Projection::kUp, 0), Norm(32, 2));
  EXPECT_EQ(NormOf(*facts, Projection::kDown, 0), Norm(64, 2));
}

TEST(WeightFactsTest, NeoxInterleavesByHead) {
  const auto facts =
      ModelBuilder(R"({"architectures":["GPTNeoXForCausalLM"],"vocab_size":1,)"
                   R"("num_hidden_layers":1,"num_attention_heads":2})")
          .Add("gpt_neox.embed_in.weight", {1})
          .Add("gpt_neox.layers.0.attention.query_key_value.weight",
               {1, 2, 4, 1, 2, 4})
          .Add("gpt_neox.layers.0.attention.dense.weight", {8, 8})
          .Add("gpt_neox.layers.0.mlp.dense_h_to_4h.weight", {16, 16})
          .Add("gpt_neox.layers.0.mlp.dense_4h_to_h.weight", {32, 32})
          .Measure();
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(NormOf(*facts, Projection::kQuery, 0), Norm(1, 2));
  EXPECT_EQ(NormOf(*facts, Projection::kKey, 0), Norm(2, 2));
  EXPECT_EQ(NormOf(*facts, Projection::kValue, 0), Norm(4, 2));
}

TEST(WeightFactsTest, FalconHasThreeWaysToFuse) {
  const struct {
    const char* fields;
    std::vector<float> fused;
    double query, key;  // rows of each
  } kCases[] = {
      {R"("new_decoder_architecture":true,"num_kv_heads":2)",
       {1, 1, 2, 4, 1, 1, 2, 4},
       4,
       2},
      {R"("multi_query":true)", {1, 1, 1, 1, 2, 4}, 4, 1},
      {R"("multi_query":false)", {1, 2, 4, 1, 2, 4, 1, 2, 4, 1, 2, 4}, 4, 4},
  };
  for (const auto& c : kCases) {
    const auto facts =
        ModelBuilder(std::string(R"({"architectures":["FalconForCausalLM"],)"
                                 R"("vocab_size":1,"num_hidden_layers":1,)"
                                 R"("num_attention_heads":4,)") +
                     c.fields + "}")
            .Add("transformer.word_embeddings.weight", {1})
            .Add("transformer.h.0.self_attention.query_key_value.weight",
                 c.fused)
            .Add("transformer.h.0.self_attention.dense.weight", {8, 8})
            .Add("transformer.h.0.mlp.dense_h_to_4h.weight", {16, 16})
            .Add("transformer.h.0.mlp.dense_4h_to_h.weight", {32, 32})
            .Add("lm_head.weight", {1})  // tied by default: not counted
            .Measure();
    ASSERT_TRUE(facts.ok()) << facts.status();
    const auto bf16_norm = [](double value, double rows) {
      return static_cast<double>(
          FloatFromBf16(Bf16FromFloat(static_cast<float>(Norm(value, rows)))));
    };
    EXPECT_EQ(NormOf(*facts, Projection::kQuery, 0), bf16_norm(1, c.query));
    EXPECT_EQ(NormOf(*facts, Projection::kKey, 0), bf16_norm(2, c.key));
    EXPECT_EQ(NormOf(*facts, Projection::kValue, 0), bf16_norm(4, c.key));
    EXPECT_EQ(facts->parameters,
              2 * (1 + static_cast<int64_t>(c.fused.size()) + 6));
  }
}

constexpr char kOneLayer[] =
    R"({"architectures":["LlamaForCausalLM"],"vocab_size":1,)"
    R"("num_hidden_layers":0})";

TEST(WeightFactsTest, NanAndInfiniteWeightsAreErrorsWithTheirTensor) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const struct {
    float value;
    const char* message;
  } kCases[] = {{nan, "a NaN"},
                {infinity, "an infinite weight"},
                {-infinity, "an infinite weight"},
                // Finite in the file, infinite as the subnet loads it.
                {std::numeric_limits<float>::max(), "an infinite weight"}};
  for (const auto& c : kCases) {
    const auto facts = ModelBuilder(kOneLayer)
                           .Add("model.embed_tokens.weight", {1})
                           .Add("model.norm.weight", {1, 1, c.value})
                           .Measure();
    EXPECT_EQ(facts.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(
        std::string(facts.status().message()),
        testing::AllOf(HasSubstr("model.norm.weight"), HasSubstr(c.message)));
  }
}

TEST(WeightFactsTest, MissingAndMisshapenTensorsAreNamed) {
  const std::string phi3 =
      R"({"architectures":["Phi3ForCausalLM"],"vocab_size":1,)"
      R"("num_hidden_layers":1,"num_attention_heads":2})";
  const auto missing =
      ModelBuilder(phi3).Add("model.embed_tokens.weight", {1}).Measure();
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr("no tensor model.layers.0.self_attn.qkv_proj.weight"));
  const auto odd =
      ModelBuilder(phi3)
          .Add("model.embed_tokens.weight", {1})
          .Add("model.layers.0.self_attn.qkv_proj.weight", {1, 2, 3, 4, 5})
          .Measure();
  EXPECT_THAT(std::string(odd.status().message()), HasSubstr("shape"));
  const auto none = ModelBuilder(kOneLayer).Add("a", {1}).Measure();
  EXPECT_THAT(std::string(none.status().message()),
              HasSubstr("no tensor model.embed_tokens.weight"));
}

// Else a file of a few gigabytes would take several times as much memory.
TEST(WeightFactsTest, AbsurdlyManyRowsAreRefusedBeforeMemoryIsTaken) {
  const std::string folder = testing::TempDir() + "/rows";
  ASSERT_TRUE(MakeFolder(folder).ok());
  ASSERT_TRUE(WriteFileWhole(folder + "/config.json", kOneLayer).ok());
  const uint64_t rows = (uint64_t{1} << 26) + 1;
  const std::string header =
      R"({"a":{"dtype":"BF16","shape":[)" + std::to_string(rows) +
      R"(,1],"data_offsets":[0,)" + std::to_string(2 * rows) + "]}}";
  const uint64_t length = header.size();
  const std::string path = folder + "/model.safetensors";
  ASSERT_TRUE(
      WriteFileWhole(
          path, std::string(reinterpret_cast<const char*>(&length), 8) + header)
          .ok());
  ASSERT_EQ(truncate(path.c_str(), 8 + header.size() + 2 * rows), 0);
  EXPECT_THAT(std::string(MeasureFolder(folder, 1).status().message()),
              HasSubstr("rows of 1"));
}

TEST(WeightFactsTest, AnUnknownArchitectureHasNoNorms) {
  const auto facts =
      ModelBuilder(R"({"architectures":["OtherForCausalLM"],"vocab_size":7})")
          .Add("a", {1, 2})
          .Add("a.rotary_emb.inv_freq", {1, 2})
          .Measure();
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->parameters, 4);
  EXPECT_EQ(facts->vocabulary, 7);
  EXPECT_TRUE(facts->norms.empty());
}

}  // namespace
}  // namespace sn37::eval
