#include "eval/models/archs.h"

#include <string>
#include <vector>

#include "eval/weights/model_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kFull[] = "full_attention";
constexpr char kSliding[] = "sliding_attention";

json Linear() { return {{"rope_type", "linear"}, {"factor", 2.0}}; }

// A model of testdata without some fields and with others.
struct Change {
  const char* model;
  json fields;
  std::vector<const char*> removed = {};
};

absl::StatusOr<DecoderConfig> Parse(const json& config) {
  const auto arch = FindArch(config);
  if (!arch.ok()) return arch.status();
  return ParseDecoderConfig(**arch, config);
}

absl::StatusOr<DecoderConfig> Parse(const Change& change) {
  const auto config =
      ReadModelConfig(std::string("eval/models/testdata/") + change.model);
  if (!config.ok()) return config.status();
  json fields = config->json;
  for (const char* key : change.removed) fields.erase(key);
  fields.update(change.fields);
  return Parse(fields);
}

TEST(ArchsTest, WhatWouldGiveOtherNumbersIsRefused) {
  const struct {
    Change change;
    const char* message;
  } kCases[] = {
      // A head's size follows from the others in these families.
      {{"neox_parallel_pct025", {{"head_dim", 32}}},
       "head_dim: 4 heads of 32 do not make 64 columns"},
      {{"falcon_7b_style", {{"head_dim", 8}}},
       "head_dim: 4 heads of 8 do not make 64 columns"},
      // Heads without a column, or that leave some over.
      {{"llama_gqa_untied", {{"num_attention_heads", 128}}, {"head_dim"}},
       "head_dim: 128 heads of 0 do not make 64 columns"},
      {{"llama_gqa_untied", {{"num_attention_heads", 6}}, {"head_dim"}},
       "head_dim: 6 heads of 10 do not make 64 columns"},
      {{"llama_gqa_untied", {{"head_dim", 0}}}, "head_dim"},
      {{"phi_partial05", {{"num_attention_heads", 128}}},
       "head_dim: 128 heads of 0 do not make 64 columns"},
      {{"bart_plain", {{"decoder_attention_heads", 128}}},
       "head_dim: 128 heads of 0 do not make 64 columns"},
      // Layers of another kind, or unnamed.
      {{"qwen2_tied_swa", {{"layer_types", {kFull, kSliding}}}},
       "layer_types: must name"},
      {{"qwen2_tied_swa", {{"layer_types", {kFull, kSliding, "chunked"}}}},
       "layer_types: must name"},
      {{"qwen2_tied_swa", {{"layer_types", json::array()}}},
       "layer_types: must name"},
      {{"gemma2_swa24_softcap", {{"layer_types", {kFull, kSliding}}}},
       "layer_types: must name"},
      {{"gemma2_swa24_softcap", {{"layer_types", {kFull, "Full", kFull}}}},
       "layer_types: must name"},
      {{"gemma2_swa24_softcap",
        {{"layer_types", {kFull, kFull, kFull, kFull}}}},
       "layer_types"},
      // Rotations that are spelled twice, and not alike.
      {{"llama_gqa_untied",
        {{"rope_scaling", Linear()},
         {"rope_parameters", {{"rope_type", "linear"}, {"factor", 4}}}}},
       "rope_parameters: is not the config's rope_scaling"},
      {{"llama_gqa_untied", {{"rope_parameters", {{"rope_theta", 2e4}}}}},
       "rope_theta: is not the config's rope_theta"},
      {{"phi_partial05",
        {{"rope_parameters", {{"partial_rotary_factor", 0.25}}}}},
       "partial_rotary_factor: is not the config's partial_rotary_factor"},
      {{"neox_parallel_pct025",
        {{"rope_parameters", {{"partial_rotary_factor", 0.5}}}}},
       "partial_rotary_factor: is not the config's rotary_pct"},
      {{"neox_parallel_pct025", {{"partial_rotary_factor", 0.5}}},
       "partial_rotary_factor: is not rotary_pct"},
      {{"neox_parallel_pct025", {{"rope_theta", 2e4}}, {"rotary_emb_base"}},
       "rope_theta: is not rotary_emb_base"},
      {{"llama_gqa_untied",
        {{"rope_scaling",
          {{"rope_type", "yarn"},
           {"factor", 4},
           {"original_max_position_embeddings", 64}}},
         {"original_max_position_embeddings", 128}}},
       "original_max_position_embeddings: is not the config's, 128"},
      {{"phi3_mha_swa32",
        {{"rope_scaling",
          {{"rope_type", "longrope"},
           {"original_max_position_embeddings", 128}}}},
        {"original_max_position_embeddings"}},
       "original_max_position_embeddings: is not the config's, 4096"},
      // Rotations that the architecture does not have.
      {{"llama_gqa_untied", {{"partial_rotary_factor", 0.5}}},
       "partial_rotary_factor: must be 1"},
      {{"llama_gqa_untied",
        {{"rope_scaling", {{"partial_rotary_factor", 0.5}}}}},
       "partial_rotary_factor: must be 1"},
      {{"phi3_mha_swa32", {{"rope_scaling", Linear()}}},
       "rope_scaling: must be longrope"},
      {{"falcon_rw_alibi", {{"rope_scaling", Linear()}}},
       "rope_scaling: there is no rotation with alibi"},
      // Tokens that see those after them.
      {{"gemma_mha", {{"use_bidirectional_attention", true}}},
       "use_bidirectional_attention"},
      {{"gemma2_swa24_softcap", {{"use_bidirectional_attention", true}}},
       "use_bidirectional_attention"},
      // More numbers at load than any text asks for.
      {{"falcon_rw_alibi",
        {{"max_position_embeddings", 1 << 24}, {"num_attention_heads", 8}}},
       "alibi for 8 heads at 16777216 positions takes 134217728 numbers, more "
       "than 67108864"},
      // Python's None is false where the default is true.
      {{"falcon_7b_style", {{"multi_query", nullptr}}}, "multi_query"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Parse(c.change).status();
    EXPECT_FALSE(status.ok()) << c.change.model << c.change.fields;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST(ArchsTest, WhatIsSoAnywayMayBeSaid) {
  for (const char* model : {"gemma_mha", "gemma2_swa24_softcap"}) {
    const auto config =
        Parse(Change{model, {{"use_bidirectional_attention", false}}});
    EXPECT_TRUE(config.ok()) << config.status();
  }
}

TEST(ArchsTest, AHeadsSizeThatFollowsFromTheOthersMayBeSaid) {
  for (const char* model : {"neox_parallel_pct025", "falcon_7b_style"}) {
    const auto config = Parse(Change{model, {{"head_dim", 16}}});
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->attention_scale, 0.25f);
  }
}

TEST(ArchsTest, LayerTypesSayWhichLayersHaveTheWindow) {
  const struct {
    const char* model;
    json types;
    std::vector<int64_t> windows;
  } kCases[] = {
      {"gemma2_swa24_softcap", nullptr, {24, 0, 24}},
      {"gemma2_swa24_softcap", {kFull, kSliding, kFull}, {0, 24, 0}},
      {"qwen2_tied_swa", nullptr, {0, 32, 32}},
      {"qwen2_tied_swa", {kSliding, kFull, kFull}, {32, 0, 0}},
  };
  for (const auto& c : kCases) {
    const auto config = Parse(Change{c.model, {{"layer_types", c.types}}});
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->windows, c.windows) << c.model << c.types;
  }
}

TEST(ArchsTest, RotationIsReadWhereverAFileHasIt) {
  const struct {
    Change change;
    double theta;
    int64_t columns;
  } kCases[] = {
      {{"llama_gqa_untied", json::object()}, 1e4, 16},
      {{"llama_gqa_untied",
        {{"rope_parameters",
          {{"rope_theta", 2e4}, {"partial_rotary_factor", 1.0}}}},
        {"rope_theta", "rope_scaling"}},
       2e4,
       16},
      {{"phi_partial05", json::object()}, 1e4, 8},
      {{"phi_partial05",
        {{"rope_parameters", {{"partial_rotary_factor", 0.25}}}},
        {"partial_rotary_factor"}},
       1e4,
       4},
      {{"phi_partial05", json::object(), {"partial_rotary_factor"}}, 1e4, 8},
      {{"phi3_mha_swa32", {{"partial_rotary_factor", 0.75}}}, 1e4, 12},
      {{"neox_parallel_pct025", json::object()}, 1e4, 4},
      {{"neox_parallel_pct025",
        {{"rotary_emb_base", 5e4}, {"rotary_pct", 0.5}},
        {"rope_theta", "partial_rotary_factor"}},
       5e4,
       8},
      {{"neox_parallel_pct025",
        {{"rope_theta", 5e4},
         {"partial_rotary_factor", 0.5},
         {"rope_parameters",
          {{"rope_theta", 5e4}, {"partial_rotary_factor", 0.5}}}},
        {"rotary_emb_base", "rotary_pct"}},
       5e4,
       8},
      {{"falcon_rw_alibi", json::object()}, 1e4, 0},
  };
  for (const auto& c : kCases) {
    const auto config = Parse(c.change);
    ASSERT_TRUE(config.ok()) << c.change.fields << config.status();
    EXPECT_EQ(config->rotary.theta, c.theta) << c.change.fields;
    EXPECT_EQ(config->rotary.dim, c.columns) << c.change.fields;
  }
}

TEST(ArchsTest, TheFirstLengthIsTheConfigsOrTheScalingsOwn) {
  const json kYarn = {{"rope_type", "yarn"}, {"factor", 4}};
  json with_own = kYarn;
  with_own["original_max_position_embeddings"] = 64;
  json longrope = {{"rope_type", "longrope"},
                   {"short_factor", json::array()},
                   {"long_factor", json::array()}};
  for (int pair = 0; pair < 8; ++pair) {
    longrope["short_factor"].push_back(1.0);
    longrope["long_factor"].push_back(2.0);
  }
  const char* kKey = "original_max_position_embeddings";
  const struct {
    Change change;
    int64_t original;
  } kCases[] = {
      {{"llama_gqa_untied", {{"rope_scaling", kYarn}}}, 512},
      {{"llama_gqa_untied", {{"rope_scaling", with_own}}}, 64},
      {{"llama_gqa_untied", {{"rope_scaling", kYarn}, {kKey, 128}}}, 128},
      {{"llama_gqa_untied", {{"rope_scaling", with_own}, {kKey, 64}}}, 64},
      {{"phi3_mha_swa32", {{"rope_scaling", longrope}, {kKey, 128}}}, 128},
      {{"phi3_mha_swa32", {{"rope_scaling", longrope}}, {kKey}}, 4096},
  };
  for (const auto& c : kCases) {
    const auto config = Parse(c.change);
    ASSERT_TRUE(config.ok()) << c.change.fields << config.status();
    EXPECT_EQ(config->rotary.original_positions, c.original);
  }
}

TEST(ArchsTest, ScaledModelsTakeMoreTokens) {
  const json kYarn = {{"rope_type", "yarn"}, {"factor", 4}};
  json first_128 = kYarn, first_256 = kYarn;
  first_128["original_max_position_embeddings"] = 128;
  first_256["original_max_position_embeddings"] = 256;
  const struct {
    json scaling;
    int64_t positions;  // of 512
  } kCases[] = {
      {nullptr, 512},
      {{{"rope_type", "linear"}, {"factor", 2.5}}, 1280},
      {{{"rope_type", "linear"}, {"factor", 0.5}}, 512},
      {{{"rope_type", "linear"}, {"factor", 1e6}}, 1 << 24},
      {{{"rope_type", "dynamic"}, {"factor", 4}}, 2048},
      {kYarn, 2048},
      {first_128, 512},
      {first_256, 1024},
      {{{"rope_type", "llama3"},
        {"factor", 8},
        {"low_freq_factor", 1},
        {"high_freq_factor", 4},
        {"original_max_position_embeddings", 64}},
       512},
  };
  for (const auto& c : kCases) {
    const auto config =
        Parse(Change{"llama_gqa_untied", {{"rope_scaling", c.scaling}}});
    ASSERT_TRUE(config.ok()) << c.scaling << config.status();
    EXPECT_EQ(config->max_positions, c.positions) << c.scaling;
  }
}

// An absent field is what transformers 5.23.0 fills in.
TEST(ArchsTest, AbsentIsNotNull) {
  using C = DecoderConfig;
  const struct {
    const char* model;
    const char* key;
    double (*value)(const C&);
    double absent;
    double null;
    json others = json::object();
  } kCases[] = {
      {"gemma2_swa24_softcap", "attn_logit_softcapping",
       [](const C& c) -> double { return c.attention_soft_cap; }, 50, 0},
      {"gemma2_swa24_softcap", "final_logit_softcapping",
       [](const C& c) -> double { return c.head_soft_cap; }, 30, 0},
      {"gemma2_swa24_softcap", "sliding_window",
       [](const C& c) -> double { return c.windows[0]; }, 4096, 0},
      {"gemma2_swa24_softcap",
       "num_key_value_heads",
       [](const C& c) -> double { return c.kv_heads; },
       4,
       8,
       {{"num_attention_heads", 8}}},
      {"gemma2_swa24_softcap", "head_dim",
       [](const C& c) -> double { return c.head_dim; }, 256, 256},
      {"gemma_mha",
       "num_key_value_heads",
       [](const C& c) -> double { return c.kv_heads; },
       16,
       32,
       {{"num_attention_heads", 32}}},
      {"gemma_mha", "head_dim", [](const C& c) -> double { return c.head_dim; },
       256, 256},
      {"mistral_swa32", "sliding_window",
       [](const C& c) -> double { return c.windows[1]; }, 4096, 0},
      {"mistral_swa32",
       "num_key_value_heads",
       [](const C& c) -> double { return c.kv_heads; },
       8,
       16,
       {{"num_attention_heads", 16}}},
      {"mistral_swa32", "head_dim",
       [](const C& c) -> double { return c.head_dim; }, 16, 16},
      {"qwen2_tied_swa", "sliding_window",
       [](const C& c) -> double { return c.windows[2]; }, 4096, 0},
      {"qwen2_tied_swa",
       "max_window_layers",
       [](const C& c) -> double { return c.windows[27]; },
       0,
       0,
       {{"layer_types", nullptr}, {"num_hidden_layers", 30}}},
      {"qwen2_tied_swa",
       "max_window_layers",
       [](const C& c) -> double { return c.windows[28]; },
       32,
       32,
       {{"layer_types", nullptr}, {"num_hidden_layers", 30}}},
      {"qwen2_tied_swa",
       "num_key_value_heads",
       [](const C& c) -> double { return c.kv_heads; },
       32,
       64,
       {{"num_attention_heads", 64}, {"hidden_size", 128}}},
      {"qwen3_untied_headdim32",
       "num_key_value_heads",
       [](const C& c) -> double { return c.kv_heads; },
       32,
       64,
       {{"num_attention_heads", 64}}},
      {"qwen3_untied_headdim32", "head_dim",
       [](const C& c) -> double { return c.head_dim; }, 128, 128},
      {"phi3_mha_swa32", "sliding_window",
       [](const C& c) -> double { return c.windows[1]; }, 0, 0},
      {"llama_gqa_untied", "num_key_value_heads",
       [](const C& c) -> double { return c.kv_heads; }, 4, 4},
  };
  for (const auto& c : kCases) {
    const auto absent = Parse(Change{c.model, c.others, {c.key}});
    ASSERT_TRUE(absent.ok()) << c.model << " " << c.key << absent.status();
    EXPECT_EQ(c.value(*absent), c.absent) << c.model << " " << c.key;
    json others = c.others;
    others[c.key] = nullptr;
    const auto null = Parse(Change{c.model, others});
    ASSERT_TRUE(null.ok()) << c.model << " " << c.key << null.status();
    EXPECT_EQ(c.value(*null), c.null) << c.model << " " << c.key;
  }
}

}  // namespace
}  // namespace sn37::eval
