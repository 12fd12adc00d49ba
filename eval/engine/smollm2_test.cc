// The engine against Hugging Face transformers on SmolLM2-135M-Instruct, the
// model that the demo evaluates. The model's folder is the test's argument: it
// is imported from a GGUF file by a build action.

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "eval/engine/engine.h"
#include "eval/kernels/test_device.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

using nlohmann::json;

std::string* model_folder = nullptr;

json ReadJson(const std::string& name) {
  auto text = ReadFile("eval/engine/testdata/smollm2/" + name, 100 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  auto value = ParseJson(*text, {});
  EXPECT_TRUE(value.ok()) << value.status();
  return *value;
}

std::unique_ptr<Engine> Load(DType dtype, int threads = 0, int64_t batch = 64) {
  auto engine = Engine::LoadOn(NewTestDevice(threads), *model_folder,
                               {.dtype = dtype, .batch = batch});
  EXPECT_TRUE(engine.ok()) << engine.status();
  return engine.ok() ? *std::move(engine) : nullptr;
}

// The golden's log-probabilities of the cases, by our engine.
std::vector<ScoreResponse> Score(Engine& engine, const json& cases) {
  std::vector<ScoreRequest> requests;
  for (const json& c : cases) {
    requests.push_back({c["ids"].get<std::vector<int32_t>>(), 1});
  }
  std::vector<ScoreResponse> responses(requests.size());
  const absl::Status status = engine.Score(
      requests, [&](size_t i, absl::StatusOr<ScoreResponse> response) {
        EXPECT_TRUE(response.ok()) << response.status();
        if (response.ok()) responses[i] = *std::move(response);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return responses;
}

double Loss(const ScoreResponse& response) {
  double sum = 0;
  for (float logprob : response.logprobs) sum -= logprob;
  return sum / static_cast<double>(response.logprobs.size());
}

TEST(SmolLm2Test, LogProbabilitiesInFloat32AreTransformers) {
  std::unique_ptr<Engine> engine = Load(DType::kFloat32);
  ASSERT_NE(engine, nullptr);
  const json cases = ReadJson("loss.json")["cases"];
  const auto responses = Score(*engine, cases);
  for (size_t i = 0; i < responses.size(); ++i) {
    const json& golden = cases[i]["fp32"];
    ASSERT_EQ(responses[i].logprobs.size(), golden["logprobs"].size());
    double worst = 0;
    for (size_t t = 0; t < responses[i].logprobs.size(); ++t) {
      worst = std::max(worst, std::abs(responses[i].logprobs[t] -
                                       golden["logprobs"][t].get<double>()));
    }
    EXPECT_LT(worst, 1e-3) << "case " << i;
    EXPECT_NEAR(Loss(responses[i]), golden["loss_full"].get<double>(), 1e-5)
        << "case " << i;
  }
}

TEST(SmolLm2Test, LossesInBFloat16AreAsCloseToFloat32AsTransformers) {
  std::unique_ptr<Engine> engine = Load(DType::kBFloat16);
  ASSERT_NE(engine, nullptr);
  const json cases = ReadJson("loss.json")["cases"];
  const auto responses = Score(*engine, cases);
  for (size_t i = 0; i < responses.size(); ++i) {
    const double exact = cases[i]["fp32"]["loss_full"].get<double>();
    const double theirs = cases[i]["bf16"]["loss_full"].get<double>();
    EXPECT_NEAR(Loss(responses[i]), exact,
                1.5 * std::abs(theirs - exact) + 0.01)
        << "case " << i;
  }
}

// Generates the golden's continuations and compares them up to the first step
// at which the best two logits are closer than `margin`.
void ExpectGenerations(DType dtype, const char* key, double margin) {
  std::unique_ptr<Engine> engine = Load(dtype);
  ASSERT_NE(engine, nullptr);
  const json cases = ReadJson("generation.json")["cases"];
  std::vector<GenerateRequest> requests;
  for (const json& c : cases) {
    GenerateRequest request;
    request.prompt = c["ids"].get<std::vector<int32_t>>();
    request.max_new_tokens = c["max_new_tokens"].get<int64_t>();
    request.repetition_penalty = c["repetition_penalty"].get<float>();
    request.stop_ids = {c["eos_token_id"].get<int32_t>()};
    requests.push_back(std::move(request));
  }
  const absl::Status status = engine->Generate(
      requests, [&](size_t i, absl::StatusOr<GenerateResponse> response) {
        EXPECT_TRUE(response.ok()) << response.status();
        if (!response.ok()) return response.status();
        const auto theirs =
            cases[i][key]["new_ids"].get<std::vector<int32_t>>();
        const std::vector<int32_t>& ours = response->tokens;
        const auto [a, b] = std::mismatch(ours.begin(), ours.end(),
                                          theirs.begin(), theirs.end());
        if (a == ours.end() && b == theirs.end()) return absl::OkStatus();
        const size_t step =
            std::min<size_t>(b - theirs.begin(), theirs.size() - 1);
        EXPECT_LT(cases[i][key]["margin_processed"][step].get<double>(), margin)
            << "case " << i << " step " << step;
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
}

TEST(SmolLm2Test, GenerationsInFloat32AreTransformers) {
  ExpectGenerations(DType::kFloat32, "fp32", 0);
}

// In bfloat16 two good implementations part at the first close decision.
TEST(SmolLm2Test, GenerationsInBFloat16PartOnlyAtCloseDecisions) {
  ExpectGenerations(DType::kBFloat16, "bf16", 0.2);
}

// The whole of it is invariance_test.cc; this is for a real model's sizes.
TEST(SmolLm2Test, BatchAndThreadsChangeNoBit) {
  const json cases = ReadJson("loss.json")["cases"];
  const auto alone = Score(*Load(DType::kBFloat16, 1, 1), cases);
  const auto together = Score(*Load(DType::kBFloat16, 3, 64), cases);
  for (size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(alone[i].logprobs, together[i].logprobs) << "case " << i;
  }
}

}  // namespace
}  // namespace sn37::eval

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    fprintf(stderr, "usage: smollm2_test MODEL_FOLDER\n");
    return 2;
  }
  sn37::eval::model_folder = new std::string(argv[1]);
  return RUN_ALL_TESTS();
}
