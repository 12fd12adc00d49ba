// Configs in the shape in which families were published: every field by its
// name, written down here by hand.
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "eval/models/archs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// What nearly every file has.
json Common(const char* architecture, const char* model_type) {
  return {{"architectures", {architecture}},
          {"model_type", model_type},
          {"attention_dropout", 0.0},
          {"initializer_range", 0.02},
          {"torch_dtype", "bfloat16"},
          {"transformers_version", "4.40.2"},
          {"use_cache", true},
          {"bos_token_id", 1},
          {"eos_token_id", 2}};
}

json With(json config, absl::string_view fields) {
  const auto more = ParseJson(fields, {});
  EXPECT_TRUE(more.ok()) << more.status();
  config.update(*more);
  return config;
}

// Phi-3 and 3.5 mini.
json Phi3() {
  return With(Common("Phi3ForCausalLM", "phi3"), R"({
    "_name_or_path": "Phi-3-mini-4k-instruct",
    "attention_bias": false,
    "auto_map": {"AutoConfig": "configuration_phi3.Phi3Config",
                 "AutoModelForCausalLM": "modeling_phi3.Phi3ForCausalLM"},
    "embd_pdrop": 0.0, "resid_pdrop": 0.0, "hidden_act": "silu",
    "hidden_size": 3072, "intermediate_size": 8192,
    "max_position_embeddings": 4096, "num_attention_heads": 32,
    "num_hidden_layers": 32, "num_key_value_heads": 32,
    "original_max_position_embeddings": 4096, "pad_token_id": 32000,
    "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0,
    "sliding_window": 2047, "tie_word_embeddings": false,
    "vocab_size": 32064})");
}

// Phi-4 mini.
json Phi4Mini() {
  json config = With(Phi3(), R"({
    "full_attn_mod": 1, "interpolate_factor": 1, "lm_head_bias": false,
    "mlp_bias": false, "max_position_embeddings": 131072,
    "num_attention_heads": 24, "num_key_value_heads": 8,
    "partial_rotary_factor": 0.75, "sliding_window": 262144,
    "tie_word_embeddings": true, "vocab_size": 200064})");
  config["rope_scaling"] = {{"type", "longrope"},
                            {"short_factor", std::vector<double>(48, 1.0)},
                            {"long_factor", std::vector<double>(48, 2.0)}};
  return config;
}

json Falcon7B() {
  return With(Common("FalconForCausalLM", "falcon"), R"({
    "alibi": false, "apply_residual_connection_post_layernorm": false,
    "auto_map": {"AutoModelForCausalLM": "modeling_falcon.FalconForCausalLM"},
    "bias": false, "hidden_dropout": 0.0, "hidden_size": 4544,
    "layer_norm_epsilon": 1e-05, "multi_query": true,
    "new_decoder_architecture": false, "num_attention_heads": 71,
    "num_hidden_layers": 32, "parallel_attn": true, "vocab_size": 65024})");
}

json Falcon40B() {
  return With(Falcon7B(), R"({
    "hidden_size": 8192, "new_decoder_architecture": true,
    "num_attention_heads": 128, "num_hidden_layers": 60,
    "num_kv_heads": 8})");
}

json GptNeoX20B() {
  return With(Common("GPTNeoXForCausalLM", "gpt_neox"), R"({
    "attention_probs_dropout_prob": 0, "hidden_act": "gelu_fast",
    "hidden_dropout_prob": 0, "hidden_size": 6144, "intermediate_size": 24576,
    "layer_norm_eps": 1e-05, "max_position_embeddings": 2048,
    "num_attention_heads": 64, "num_hidden_layers": 44, "rotary_emb_base": 10000,
    "rotary_pct": 0.25, "tie_word_embeddings": false, "vocab_size": 50432})");
}

json BartLarge() {
  return With(Common("BartForCausalLM", "bart"), R"({
    "activation_dropout": 0.1, "activation_function": "gelu",
    "add_bias_logits": false, "add_final_layer_norm": false,
    "classif_dropout": 0.1, "classifier_dropout": 0.0, "d_model": 1024,
    "decoder_attention_heads": 16, "decoder_ffn_dim": 4096,
    "decoder_layerdrop": 0.0, "decoder_layers": 12,
    "decoder_start_token_id": 2, "dropout": 0.1, "early_stopping": true,
    "encoder_attention_heads": 16, "encoder_ffn_dim": 4096,
    "encoder_layerdrop": 0.0, "encoder_layers": 12, "forced_bos_token_id": 0,
    "forced_eos_token_id": 2, "gradient_checkpointing": false,
    "id2label": {"0": "LABEL_0"}, "init_std": 0.02, "is_encoder_decoder": true,
    "label2id": {"LABEL_0": 0}, "max_position_embeddings": 1024,
    "no_repeat_ngram_size": 3, "normalize_before": false, "num_beams": 4,
    "num_hidden_layers": 12, "pad_token_id": 1, "scale_embedding": false,
    "task_specific_params": {"summarization": {"num_beams": 6}},
    "vocab_size": 50265})");
}

absl::StatusOr<DecoderConfig> Parse(const json& config) {
  const auto arch = FindArch(config);
  if (!arch.ok()) return arch.status();
  return ParseDecoderConfig(**arch, config);
}

TEST(PublishedConfigsTest, AreRead) {
  const struct {
    json config;
    int64_t head_dim;
    int64_t kv_heads;
    int64_t rotated;
    int64_t positions;
  } kCases[] = {
      {Phi3(), 96, 32, 96, 4096},       {Phi4Mini(), 128, 8, 96, 131072},
      {Falcon7B(), 64, 1, 64, 2048},    {Falcon40B(), 64, 8, 64, 2048},
      {GptNeoX20B(), 96, 64, 24, 2048}, {BartLarge(), 64, 16, 0, 1024},
  };
  for (const auto& c : kCases) {
    const auto config = Parse(c.config);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->head_dim, c.head_dim);
    EXPECT_EQ(config->kv_heads, c.kv_heads);
    EXPECT_EQ(config->rotary.dim, c.rotated);
    EXPECT_EQ(config->max_positions, c.positions);
  }
}

TEST(PublishedConfigsTest, FieldsWithOneValueMayHaveNoOther) {
  const struct {
    json config;
    const char* key;
    json value;
  } kCases[] = {
      {Phi4Mini(), "full_attn_mod", 2},
      {Phi4Mini(), "interpolate_factor", 2},
      {Phi4Mini(), "lm_head_bias", true},
      {Phi4Mini(), "mlp_bias", true},
      {Falcon7B(), "apply_residual_connection_post_layernorm", true},
      {BartLarge(), "add_bias_logits", true},
      {BartLarge(), "add_final_layer_norm", true},
      {BartLarge(), "extra_pos_embeddings", 0},
      {BartLarge(), "normalize_before", true},
      {BartLarge(), "normalize_embedding", false},
      {BartLarge(), "static_position_embeddings", true},
  };
  for (const auto& c : kCases) {
    json config = c.config;
    config[c.key] = c.value;
    const absl::Status status = Parse(config).status();
    EXPECT_FALSE(status.ok()) << c.key;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.key));
  }
}

}  // namespace
}  // namespace sn37::eval
