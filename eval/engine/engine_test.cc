// What the engine does with bad models, bad requests and failing callers.

#include "eval/engine/engine.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "eval/status.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/safetensors_writer.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

constexpr char kModel[] = "eval/models/testdata/llama_gqa_untied";

nlohmann::json Config(const std::string& model = kModel) {
  return *ParseJson(*ReadFile(model + "/config.json", 1 << 20), {});
}

// A copy of the model with another config and, for each tensor, other bytes;
// a tensor whose bytes are made empty is left out.
using Edit = std::function<void(const std::string& name, std::string& bytes)>;
std::string ModelWith(const nlohmann::json& config, const Edit& edit,
                      const std::string& model = kModel) {
  static int count = 0;
  const std::string folder =
      testing::TempDir() + "/model" + std::to_string(count++);
  std::filesystem::create_directories(folder);
  EXPECT_TRUE(WriteFileWhole(folder + "/config.json", config.dump()).ok());
  auto weights = SafeTensors::Open(model);
  EXPECT_TRUE(weights.ok()) << weights.status();
  std::vector<TensorSpec> specs;
  std::vector<std::string> contents;
  for (const auto& [name, view] : weights->tensors()) {
    std::string bytes(view.data.begin(), view.data.end());
    edit(name, bytes);
    if (bytes.empty()) continue;
    specs.push_back({name, view.type, view.shape});
    contents.push_back(std::move(bytes));
  }
  auto writer = SafeTensorsWriter::Create(folder + "/model.safetensors", specs);
  EXPECT_TRUE(writer.ok()) << writer.status();
  for (size_t i = 0; i < specs.size(); ++i) {
    const auto* data = reinterpret_cast<const uint8_t*>(contents[i].data());
    EXPECT_TRUE(writer->Write(specs[i].name, {data, contents[i].size()}).ok());
  }
  EXPECT_TRUE(writer->Finish().ok());
  return folder;
}

void Unchanged(const std::string&, std::string&) {}

std::unique_ptr<Engine> LoadModel() {
  auto engine = Engine::Load(kModel, {.threads = 2});
  EXPECT_TRUE(engine.ok()) << engine.status();
  return *std::move(engine);
}

// The one request's result.
absl::StatusOr<ScoreResponse> ScoreOne(Engine& engine, ScoreRequest request) {
  absl::StatusOr<ScoreResponse> result = absl::UnknownError("no answer");
  const absl::Status status = engine.Score(
      {request}, [&](size_t, absl::StatusOr<ScoreResponse> response) {
        result = std::move(response);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return result;
}
absl::StatusOr<GenerateResponse> GenerateOne(Engine& engine,
                                             GenerateRequest request) {
  absl::StatusOr<GenerateResponse> result = absl::UnknownError("no answer");
  const absl::Status status = engine.Generate(
      {request}, [&](size_t, absl::StatusOr<GenerateResponse> response) {
        result = std::move(response);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return result;
}

TEST(EngineTest, ADeviceThatIsMissingIsNoFaultOfTheModels) {
  const auto engine = Engine::Load(kModel, {.device = Device::kCuda});
  if (engine.ok()) GTEST_SKIP() << "there is a GPU";
  EXPECT_EQ(engine.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(IsModelFault(engine.status()));
  EXPECT_EQ(Engine::LocalDeviceKind(Device::kCuda).status(), engine.status());
  EXPECT_EQ(Engine::BringUpLocalDevice(Device::kCuda), engine.status());
  EXPECT_TRUE(Engine::BringUpLocalDevice(Device::kCpu).ok());
}

TEST(EngineLoadTest, ConfigsThatCannotBeFollowedAreErrorsNamingTheField) {
  const struct {
    const char* key;
    nlohmann::json value;
    const char* message;
  } kCases[] = {
      {"architectures", {"MysteryForCausalLM"}, "LlamaForCausalLM"},
      {"architectures", nlohmann::json::array(), "architectures"},
      {"quantization_config", {{"bits", 4}}, "quantization_config"},
      {"new_attention_trick", true, "new_attention_trick"},
      {"hidden_act", "mish", "hidden_act"},
      {"rope_scaling", {{"rope_type", "spiral"}}, "rope_type"},
      {"rope_scaling", {{"rope_type", "linear"}}, "factor"},
      {"num_hidden_layers", 1000000000, "num_hidden_layers"},
      {"num_hidden_layers", -1, "num_hidden_layers"},
      {"num_hidden_layers", 3, "model.layers.2."},
      {"num_attention_heads", 1000000, "heads"},
      {"num_key_value_heads", 3, "heads"},
      {"vocab_size", 513, "model.embed_tokens.weight"},
      {"hidden_size", "64", "hidden_size"},
      {"head_dim", 15, "15"},
      {"attention_bias", true, "q_proj.bias"},
      {"intermediate_size", 96, "gate_proj"},
  };
  for (const auto& c : kCases) {
    nlohmann::json config = Config();
    config[c.key] = c.value;
    const auto engine = Engine::Load(ModelWith(config, Unchanged), {});
    ASSERT_FALSE(engine.ok()) << c.key;
    EXPECT_TRUE(absl::StrContains(engine.status().message(), c.message))
        << c.key << ": " << engine.status();
    EXPECT_TRUE(IsModelFault(engine.status())) << engine.status();
  }
}

TEST(EngineLoadTest, MissingFilesAndTensorsAreNamed) {
  auto engine = Engine::Load(testing::TempDir() + "/nothing_here", {});
  ASSERT_FALSE(engine.ok());
  EXPECT_TRUE(absl::StrContains(engine.status().message(), "config.json"));
  engine =
      Engine::Load(ModelWith(Config(),
                             [](const std::string& name, std::string& bytes) {
                               if (name == "model.norm.weight") bytes.clear();
                             }),
                   {});
  ASSERT_FALSE(engine.ok());
  EXPECT_TRUE(absl::StrContains(engine.status().message(), "model.norm"))
      << engine.status();
}

TEST(EngineTest, RequestsThatCannotBeAnsweredSayWhyWithNumbers) {
  auto engine = LoadModel();
  EXPECT_EQ(engine->vocabulary_size(), 512);
  EXPECT_EQ(engine->max_positions(), 512);
  const struct {
    ScoreRequest request;
    absl::StatusCode code;
    const char* message;
  } kCases[] = {
      {{{}, 1}, absl::StatusCode::kInvalidArgument, "score_from"},
      {{{1, 2}, 0}, absl::StatusCode::kInvalidArgument, "score_from"},
      {{{1, 2}, 2}, absl::StatusCode::kInvalidArgument, "score_from"},
      {{{1, 512}, 1}, absl::StatusCode::kInvalidArgument, "512"},
      {{{-1, 5}, 1}, absl::StatusCode::kInvalidArgument, "-1"},
      {{std::vector<int32_t>(514, 3), 1}, absl::StatusCode::kOutOfRange, "513"},
  };
  for (const auto& c : kCases) {
    const auto response = ScoreOne(*engine, c.request);
    EXPECT_EQ(response.status().code(), c.code) << response.status();
    EXPECT_TRUE(absl::StrContains(response.status().message(), c.message))
        << response.status();
  }
  // As long as the model allows.
  EXPECT_TRUE(ScoreOne(*engine, {std::vector<int32_t>(513, 3), 1}).ok());

  GenerateRequest generate;
  EXPECT_EQ(GenerateOne(*engine, generate).status().code(),
            absl::StatusCode::kInvalidArgument);
  generate.prompt = {1};
  generate.repetition_penalty = 0;
  EXPECT_FALSE(GenerateOne(*engine, generate).ok());
  generate.repetition_penalty = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(GenerateOne(*engine, generate).ok());
}

TEST(EngineTest, GenerationEndsAtTheModelsLastPosition) {
  auto engine = LoadModel();
  GenerateRequest request;
  request.prompt.assign(500, 7);
  request.max_new_tokens = 1'000'000'000;
  const auto response = GenerateOne(*engine, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->tokens.size(), 13);
  EXPECT_EQ(response->finish_reason, FinishReason::kLength);
}

TEST(EngineTest, StopIdsCannotBeChosenBeforeTheMinimum) {
  auto engine = LoadModel();
  GenerateRequest request;
  request.prompt = {5, 6, 7};
  request.max_new_tokens = 10;
  const auto free = GenerateOne(*engine, request);
  ASSERT_TRUE(free.ok());
  request.stop_ids = {free->tokens[0], 100000, -5};
  const auto stopped = GenerateOne(*engine, request);
  ASSERT_TRUE(stopped.ok());
  EXPECT_EQ(stopped->tokens, std::vector<int32_t>{free->tokens[0]});
  EXPECT_EQ(stopped->finish_reason, FinishReason::kStop);
  request.min_new_tokens = 4;
  const auto later = GenerateOne(*engine, request);
  ASSERT_TRUE(later.ok());
  ASSERT_GE(later->tokens.size(), 4u);
  EXPECT_EQ(std::count(later->tokens.begin(), later->tokens.begin() + 4,
                       free->tokens[0]),
            0);
}

TEST(EngineTest, OneFailedRequestLeavesTheOthersAlone) {
  auto engine = LoadModel();
  const auto alone = ScoreOne(*engine, {{1, 2, 3}, 1});
  int failed = 0;
  const absl::Status status =
      engine->Score({{{1, 2, 3}, 1}, {{9999, 2}, 1}, {{1, 2, 3}, 1}},
                    [&](size_t i, absl::StatusOr<ScoreResponse> response) {
                      if (i == 1) {
                        failed += !response.ok();
                      } else {
                        EXPECT_EQ(response->logprobs, alone->logprobs);
                      }
                      return absl::OkStatus();
                    });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(failed, 1);
}

TEST(EngineTest, ACallersErrorStopsTheEngine) {
  auto engine = LoadModel();
  const std::vector<ScoreRequest> scores(300, ScoreRequest{{1, 2, 3, 4}, 1});
  int calls = 0;
  EXPECT_EQ(engine
                ->Score(scores,
                        [&](size_t, const absl::StatusOr<ScoreResponse>&) {
                          ++calls;
                          return absl::ResourceExhaustedError("disk full");
                        })
                .code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(calls, 1);
  GenerateRequest generate;
  generate.prompt = {1};
  calls = 0;
  EXPECT_FALSE(
      engine
          ->Generate({generate, generate},
                     [&](size_t, const absl::StatusOr<GenerateResponse>&) {
                       ++calls;
                       return absl::ResourceExhaustedError("full");
                     })
          .ok());
  EXPECT_EQ(calls, 1);
}

TEST(EngineTest, WeightsThatAreNotFiniteFailTheRequestAsTheModelsFault) {
  // bfloat16: 0x7fc0 is NaN, 0x7f80 infinity.
  for (const char high : {'\xc0', '\x80'}) {
    for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {
      const std::string folder =
          ModelWith(Config(), [&](const std::string& name, std::string& bytes) {
            if (!absl::StrContains(name, "layers.1.mlp.down_proj")) return;
            bytes[0] = high;
            bytes[1] = '\x7f';
          });
      auto engine = Engine::Load(folder, {.dtype = dtype});
      ASSERT_TRUE(engine.ok()) << engine.status();
      const auto score = ScoreOne(**engine, {{1, 2, 3}, 1});
      EXPECT_EQ(score.status().code(), absl::StatusCode::kDataLoss)
          << score.status();
      GenerateRequest generate;
      generate.prompt = {1, 2};
      EXPECT_EQ(GenerateOne(**engine, generate).status().code(),
                absl::StatusCode::kDataLoss);
    }
  }
}

// The new tokens of 24 texts that end with `size` tokens, `batch` of them at a
// time. There are two ids to choose from, so that tokens are guessed all the
// time where few texts are in flight, and beyond the texts' ends.
std::vector<std::vector<int32_t>> TextsOfTwoIds(const std::string& folder,
                                                size_t size, int64_t batch) {
  auto engine = Engine::Load(
      folder, {.dtype = DType::kFloat32, .threads = 2, .batch = batch});
  EXPECT_TRUE(engine.ok()) << engine.status();
  std::vector<GenerateRequest> requests(24);
  for (size_t i = 0; i < requests.size(); ++i) {
    for (size_t j = 0; j < 20; ++j) {
      requests[i].prompt.push_back(static_cast<int32_t>((31 * i + 7 * j) % 97));
    }
    requests[i].max_new_tokens = requests[i].min_new_tokens = 400;
    for (int32_t id = 2; id < 512; ++id) requests[i].stop_ids.push_back(id);
    requests[i].is_end = [size](absl::Span<const int32_t> tokens) {
      return tokens.size() + 20 == size;
    };
  }
  std::vector<std::vector<int32_t>> texts(requests.size());
  const absl::Status status = (*engine)->Generate(
      requests, [&](size_t i, absl::StatusOr<GenerateResponse> response) {
        if (response.ok()) texts[i] = response->tokens;
        return response.status();
      });
  EXPECT_TRUE(status.ok()) << status;
  return texts;
}

// Guesses at one text reach the position, the text itself does not.
TEST(EngineTest, APositionThatIsNotFiniteHarmsNoTextThatEndsBeforeIt) {
  constexpr char kBart[] = "eval/models/testdata/bart_plain";
  const std::string folder = ModelWith(
      Config(kBart),
      [](const std::string& name, std::string& bytes) {
        if (!absl::StrContains(name, "embed_positions")) return;
        const size_t row = bytes.size() / 514;  // two before position 0
        for (size_t i = 0; i < row; ++i) {
          bytes[52 * row + i] = i % 2 == 0 ? '\x60' : '\x7f';  // 3e38
        }
      },
      kBart);
  EXPECT_EQ(TextsOfTwoIds(folder, 50, 1), TextsOfTwoIds(folder, 50, 64));
}

// The same where a text has just grown beyond its rotation's original length.
TEST(EngineTest, AGuessBeyondFloat32HarmsNoTextThatHasJustGrown) {
  constexpr char kPhi3[] = "eval/models/testdata/phi3_gqa_longrope";
  nlohmann::json config = Config(kPhi3);
  config["original_max_position_embeddings"] = 100;
  // An angle of position 120 is beyond float32.
  config["rope_scaling"]["long_factor"][0] = 119.5 / 3.4028235e38;
  const std::string folder = ModelWith(config, Unchanged, kPhi3);
  EXPECT_EQ(TextsOfTwoIds(folder, 120, 1), TextsOfTwoIds(folder, 120, 64));
}

TEST(EngineTest, ARequestThatNeedsMoreMemoryThanThereIsSaysHowMuch) {
  auto engine =
      *Engine::Load(kModel, {.threads = 1, .memory_bytes = 256 << 10});
  EXPECT_TRUE(ScoreOne(*engine, {std::vector<int32_t>(10, 3), 1}).ok());
  const auto score = ScoreOne(*engine, {std::vector<int32_t>(500, 3), 1});
  EXPECT_EQ(score.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(absl::StrContains(score.status().message(), "500 tokens"))
      << score.status();
  EXPECT_FALSE(IsModelFault(score.status()));
  GenerateRequest generate;
  generate.prompt = {1, 2};
  EXPECT_TRUE(GenerateOne(*engine, generate).ok());
  generate.max_new_tokens = 500;
  EXPECT_EQ(GenerateOne(*engine, generate).status().code(),
            absl::StatusCode::kResourceExhausted);
}

// Scores 40 requests in an address space that a whole batch does not fit into;
// exits with 0 if each has the answer that it has alone.
void ScoreInLittleMemory() {
  auto engine = LoadModel();
  std::vector<ScoreRequest> requests;
  std::vector<ScoreResponse> alone;
  for (int i = 0; i < 40; ++i) {
    requests.push_back({std::vector<int32_t>(400, i), 1});
    alone.push_back(*ScoreOne(*engine, requests.back()));
  }
  int64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t bytes = pages * sysconf(_SC_PAGESIZE) + (2 << 20);
  const rlimit limit = {bytes, bytes};
  if (setrlimit(RLIMIT_AS, &limit) != 0) exit(2);
  size_t equal = 0;
  const absl::Status status = engine->Score(
      requests, [&](size_t i, absl::StatusOr<ScoreResponse> response) {
        equal += response.ok() && response->logprobs == alone[i].logprobs;
        return absl::OkStatus();
      });
  std::cerr << status << ", " << equal << " equal\n";
  exit(status.ok() && equal == requests.size() ? 0 : 1);
}

TEST(EngineDeathTest, GoesOnWithSmallerBatchesWhenMemoryRunsOut) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(ScoreInLittleMemory(), testing::ExitedWithCode(0), "40 equal");
}

TEST(EngineTest, NoRequestsAreNoWork) {
  auto engine = LoadModel();
  EXPECT_TRUE(engine
                  ->Score({},
                          [](size_t, const absl::StatusOr<ScoreResponse>&) {
                            return absl::InternalError("called");
                          })
                  .ok());
  EXPECT_TRUE(
      engine
          ->Generate({},
                     [](size_t, const absl::StatusOr<GenerateResponse>&) {
                       return absl::InternalError("called");
                     })
          .ok());
}

}  // namespace
}  // namespace sn37::eval
