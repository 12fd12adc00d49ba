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
  };
  for (const auto& c : kCases) {
    const absl::Status status = Parse(c.change).status();
    EXPECT_FALSE(status.ok()) << c.change.model << c.change.fields;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST(ArchsTest, AHeadsSizeThatFollowsFromTheOthersMayBeSaid) {
  for (const char* model : {"neox_parallel_pct025", "falcon_7b_style"}) {
    const auto config = Parse(Change{model, {{"head_dim", 16}}});
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->attention_scale, 0.25f);
  }
}

}  // namespace
}  // namespace sn37::eval
