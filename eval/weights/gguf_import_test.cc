#include "eval/weights/gguf_import.h"

#include <string>
#include <vector>

#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What the build made of the pinned GGUF file with this importer.
constexpr char kSmollm2[] = "eval/weights/smollm2";
constexpr char kTestdata[] = "eval/weights/testdata/";

// smollm2_digests.json holds what gguf-py and NumPy make of the same file.
TEST(GgufImportTest, EveryTensorHasTheBitsOfAnotherImplementation) {
  const auto weights = SafeTensors::Open(kSmollm2);
  ASSERT_TRUE(weights.ok()) << weights.status();
  const auto expected = ParseJson(
      *ReadFile(std::string(kTestdata) + "smollm2_digests.json", 1 << 20), {});
  ASSERT_TRUE(expected.ok()) << expected.status();
  ASSERT_EQ(weights->tensors().size(), expected->size());
  ASSERT_EQ(weights->tensors().size(), 272);
  for (const auto& [name, view] : weights->tensors()) {
    EXPECT_EQ(view.type, ElementType::kBF16);
    const Digest digest = Sha256(
        {reinterpret_cast<const char*>(view.data.data()), view.data.size()});
    EXPECT_EQ(digest.hex(), (*expected)[name].get<std::string>()) << name;
  }
  EXPECT_THAT(weights->Get("model.layers.0.self_attn.k_proj.weight")->shape,
              ElementsAre(192, 576));
}

TEST(GgufImportTest, TheConfigSaysWhatTheMetadataSaid) {
  const auto config = ReadModelConfig(kSmollm2);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->architecture, "LlamaForCausalLM");
  EXPECT_EQ(config->vocab_size, 49152);
  EXPECT_EQ(config->saved_type, ElementType::kBF16);
  const auto expected = ParseJson(R"({
      "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
      "num_attention_heads": 9, "num_key_value_heads": 3, "head_dim": 64,
      "max_position_embeddings": 8192, "rms_norm_eps": 1e-05,
      "rope_theta": 100000.0, "rope_scaling": null, "hidden_act": "silu",
      "tie_word_embeddings": true, "attention_bias": false, "mlp_bias": false,
      "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2})",
                                  {});
  for (const auto& [key, value] : expected->items()) {
    EXPECT_EQ(config->json[key], value) << key;
  }
  const auto ids = ReadSpecialTokenIds(kSmollm2, *config);
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_EQ(ids->bos, 1);
  EXPECT_THAT(ids->eos, ElementsAre(2));
}

TEST(GgufImportTest, WhatCannotBeImportedSaysWhyAndLeavesNothing) {
  const std::string parent = testing::TempDir() + "/import";
  ASSERT_TRUE(MakeFolder(parent).ok());
  const absl::Status other =
      ImportGguf(std::string(kTestdata) + "tiny.gguf", parent + "/out");
  EXPECT_EQ(other.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(
      std::string(other.message()),
      testing::AllOf(HasSubstr("architecture tiny"), HasSubstr("llama")));
  EXPECT_EQ(ImportGguf(parent + "/none.gguf", parent + "/out").code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(*ListFolder(parent, 10), testing::IsEmpty());
  ASSERT_TRUE(MakeFolder(parent + "/out").ok());
  EXPECT_EQ(
      ImportGguf(std::string(kTestdata) + "tiny.gguf", parent + "/out").code(),
      absl::StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace sn37::eval
