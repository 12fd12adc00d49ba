#include "sn37/round/check.h"

#include <filesystem>
#include <map>
#include <string>

#include "eval/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37 {
namespace {

using testing::HasSubstr;

constexpr char kSmollm2[] = "eval/weights/smollm2";
constexpr char kTiny[] = "eval/models/testdata/";

// Limits that SmolLM2 just fulfils.
Constraints Limits() {
  Constraints limits;
  limits.add_architectures("LlamaForCausalLM");
  limits.set_min_parameters(134515008);
  limits.set_max_parameters(134515008);
  limits.set_max_bytes(300 << 20);
  limits.set_sequence_length(8192);
  limits.mutable_norms()->set_soft(1000);
  limits.mutable_norms()->set_soft_share(0.15);
  limits.mutable_norms()->set_hard(1000);
  return limits;
}

Competition With(const Constraints& limits) {
  Competition competition;
  *competition.mutable_constraints() = limits;
  return competition;
}

// The results by name: what was measured, and whether it passed.
std::map<std::string, ConstraintResult> Check(const std::string& folder,
                                              const Constraints& limits) {
  std::map<std::string, ConstraintResult> by_name;
  const auto results = CheckFolder(folder, With(limits));
  EXPECT_TRUE(results.ok()) << results.status();
  if (!results.ok()) return by_name;
  for (const ConstraintResult& result : *results) {
    by_name[result.name] = result;
  }
  return by_name;
}

TEST(CheckTest, EveryConstraintIsMeasured) {
  const auto results = Check(kSmollm2, Limits());
  EXPECT_EQ(results.size(), 9);
  for (const auto& [name, result] : results) {
    EXPECT_TRUE(result.passed) << name << " " << result.measured;
  }
  EXPECT_EQ(results.at("parameters").measured, "134515008");
  EXPECT_EQ(results.at("positions").measured, "8192");
}

TEST(CheckTest, EachLimitFailsItsOwnConstraint) {
  Constraints limits = Limits();
  limits.set_max_parameters(134515007);
  limits.set_min_parameters(0);
  limits.set_max_bytes(1000);
  limits.set_sequence_length(8193);
  limits.mutable_norms()->set_hard(0.5);
  limits.mutable_norms()->set_soft(0.5);
  limits.set_architectures(0, "GemmaForCausalLM");
  const auto results = Check(kSmollm2, limits);
  for (const char* name : {"parameters", "bytes", "positions", "norms_hard",
                           "norms_soft", "architecture"}) {
    EXPECT_FALSE(results.at(name).passed) << name;
  }
  EXPECT_TRUE(results.at("tokenizer").passed);
  EXPECT_TRUE(results.at("norms_finite").passed);
}

TEST(CheckTest, AModelWithoutTokenizerFailsThatConstraintOnly) {
  Constraints limits = Limits();
  limits.set_min_parameters(0);
  limits.set_sequence_length(1);
  const auto results = Check(std::string(kTiny) + "llama_gqa_untied", limits);
  EXPECT_FALSE(results.at("tokenizer").passed);
  EXPECT_TRUE(results.at("norms_finite").passed);
  EXPECT_EQ(results.at("parameters").measured, "133440");
}

TEST(CheckTest, ACompetitionsTokenizerTakesThePlaceOfTheModels) {
  Constraints limits = Limits();
  limits.set_sequence_length(1);
  const std::string model = std::string(kTiny) + "llama_gqa_untied";
  const auto results = CheckFolder(model, With(limits), kSmollm2);
  ASSERT_TRUE(results.ok()) << results.status();
  for (const ConstraintResult& result : *results) {
    if (result.name == "tokenizer") {
      EXPECT_TRUE(result.passed);
    } else if (result.name == "vocabulary") {  // 512 for 49152 tokens
      EXPECT_FALSE(result.passed) << result.measured;
    }
  }
  const absl::Status status =
      CheckFolder(model, With(limits), "/absent").status();
  EXPECT_FALSE(eval::IsModelFault(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("the competition's tokenizer"));
}

TEST(CheckTest, AScaledModelHasThePositionsThatItTakes) {
  const auto results =
      Check(std::string(kTiny) + "llama_dynamic_ntk", Limits());
  EXPECT_EQ(results.at("positions").measured, "512");  // four times 128
}

// The tiny model with another value in its config.json.
absl::Status CheckWith(const std::string& key, const nlohmann::json& value,
                       const Competition& competition = With(Limits())) {
  const std::string folder = testing::TempDir() + "/" + key;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string tiny = std::string(kTiny) + "llama_gqa_untied/";
  std::filesystem::copy_file(tiny + "model.safetensors",
                             folder + "/model.safetensors");
  nlohmann::json config =
      *ParseJson(*ReadFile(tiny + "config.json", 1 << 20), {});
  config[key] = value;
  EXPECT_TRUE(WriteFileWhole(folder + "/config.json", config.dump()).ok());
  return CheckFolder(folder, competition).status();
}

TEST(CheckTest, AConfigThatTheEngineCannotFollowIsAnError) {
  EXPECT_TRUE(CheckWith("vocab_size", 512).ok());
  const absl::Status status = CheckWith("logit_scale", 2.0);
  EXPECT_TRUE(eval::IsModelFault(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("logit_scale"));
}

TEST(CheckTest, AModelWhoseTextsTakeMoreMemoryThanItsSizeAllowsIsAtFault) {
  const absl::Status status = CheckWith("intermediate_size", 700'000);
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("a text of 512 tokens takes"));
}

TEST(CheckTest, AnAnswerCountsBesideItsPrompt) {
  Competition competition = With(Limits());
  constexpr int kPositions = 1 << 21;
  EXPECT_TRUE(
      CheckWith("max_position_embeddings", kPositions, competition).ok());
  competition.add_tasks()->set_max_new_tokens(1 << 20);
  const absl::Status status =
      CheckWith("max_position_embeddings", kPositions, competition);
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("a text of 1056768 tokens takes"));
}

TEST(CheckTest, WhatCannotBeMeasuredIsAnError) {
  EXPECT_FALSE(
      CheckFolder(std::string(kTiny) + "llama_bin_refused", With(Limits()))
          .ok());
  EXPECT_EQ(CheckFolder("nowhere", With(Limits())).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sn37
