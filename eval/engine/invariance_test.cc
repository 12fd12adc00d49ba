// One answer: the same 200 random requests in 20 random arrangements (order,
// how many calls, sequences in flight, threads, memory) give the same bits, and
// cached generation gives the tokens that scoring without a cache calls the
// likeliest; on the device under test (eval/kernels/test_device.h). Some texts
// have a beginning in common and some repeat themselves, so that prefixes are
// shared and drafts are right in some arrangements and not in others.

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "eval/engine/engine.h"
#include "eval/kernels/test_device.h"
#include "eval/models/archs.h"
#include "eval/models/decoder_memory.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

constexpr int kScoreRequests = 150;
constexpr int kGenerateRequests = 50;
constexpr int kArrangements = 20;
constexpr int kPlayedArrangements = 4;  // playing what is not there is slow
constexpr size_t kLongestText = 201;

// At least one of each architecture, or a test fails.
constexpr const char* kModels[] = {
    "bart_plain",        "falcon_40b_style",
    "falcon_rw_alibi",   "gemma2_swa24_softcap",
    "gemma_mha",         "llama_dynamic_ntk",
    "llama_gqa_untied",  "llama_mqa_tied_llama3",
    "mistral_swa32",     "neox_parallel_pct025",
    "phi3_gqa_longrope", "phi_qkln_gqa",
    "qwen2_tied_swa",    "qwen3_untied_headdim32"};

std::string FolderOf(const std::string& model) {
  return absl::StrCat("eval/models/testdata/", model);
}

nlohmann::json ConfigOf(const std::string& model) {
  const auto text = ReadFile(FolderOf(model) + "/config.json", 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return *ParseJson(*text, {});
}

// What any of the requests takes alone.
int64_t LeastMemory(const std::string& model) {
  const nlohmann::json json = ConfigOf(model);
  const auto config = ParseDecoderConfig(**FindArch(json), json);
  EXPECT_TRUE(config.ok()) << config.status();
  constexpr int64_t kBlock = 64;  // keys and values are kept in blocks
  return static_cast<int64_t>(TextBytes(*config, kLongestText + kBlock));
}

struct Answers {
  std::vector<ScoreResponse> scores;
  std::vector<GenerateResponse> texts;
};

// The folder of the model and the dtype.
using Param = std::tuple<const char*, DType>;

class InvarianceTest : public testing::TestWithParam<Param> {
 protected:
  void SetUp() override {
    if (SkipsTestDevice()) GTEST_SKIP() << "no AVX-512 here";
    auto engine = Load(2, 64);
    vocabulary_ = engine->vocabulary_size();
    std::mt19937 random(7);
    for (int i = 0; i < kScoreRequests; ++i) {
      ScoreRequest request;
      request.tokens = RandomText(random, 2 + random() % (kLongestText - 1));
      request.score_from = 1 + random() % (request.tokens.size() - 1);
      score_requests_.push_back(std::move(request));
    }
    for (int i = 0; i < kGenerateRequests; ++i) {
      GenerateRequest request;
      request.prompt = RandomText(random, 1 + random() % 100);
      request.max_new_tokens = 1 + random() % 30;
      request.min_new_tokens = random() % 3;
      request.repetition_penalty = i % 2 == 0 ? 1.0f : 1.2f;
      request.stop_ids = RandomIds(random, 20);
      generate_requests_.push_back(std::move(request));
    }
  }

  std::string model() const { return std::get<0>(GetParam()); }

  std::unique_ptr<Engine> Load(int threads, int64_t batch,
                               int64_t memory_bytes = 0) const {
    auto engine = Engine::LoadOn(NewTestDevice(threads), FolderOf(model()),
                                 {.dtype = std::get<1>(GetParam()),
                                  .batch = batch,
                                  .memory_bytes = memory_bytes});
    EXPECT_TRUE(engine.ok()) << engine.status();
    return *std::move(engine);
  }

  std::vector<int32_t> RandomIds(std::mt19937& random, size_t count) const {
    std::vector<int32_t> ids(count);
    for (int32_t& id : ids) id = static_cast<int32_t>(random() % vocabulary_);
    return ids;
  }

  // A third begins as the text before it did, a third repeats a few ids.
  std::vector<int32_t> RandomText(std::mt19937& random, size_t count) {
    std::vector<int32_t> text = RandomIds(random, count);
    const int kind = random() % 3;
    if (kind == 1) {
      std::copy_n(last_text_.begin(),
                  std::min(count, last_text_.size()) * 4 / 5, text.begin());
    } else if (kind == 2) {
      const size_t period = 1 + random() % 6;
      for (size_t i = period; i < count; ++i) text[i] = text[i - period];
    }
    return last_text_ = text;
  }

  // All requests in a random order, cut into random calls.
  Answers Ask(Engine& engine, std::mt19937& random) const {
    Answers answers;
    answers.scores.resize(score_requests_.size());
    answers.texts.resize(generate_requests_.size());
    for (const auto& call : RandomCalls(score_requests_.size(), random)) {
      std::vector<ScoreRequest> requests;
      for (size_t i : call) requests.push_back(score_requests_[i]);
      const absl::Status scored = engine.Score(
          requests, [&](size_t i, absl::StatusOr<ScoreResponse> r) {
            if (r.ok()) answers.scores[call[i]] = *r;
            return r.status();
          });
      EXPECT_TRUE(scored.ok()) << scored;
    }
    for (const auto& call : RandomCalls(generate_requests_.size(), random)) {
      std::vector<GenerateRequest> requests;
      for (size_t i : call) requests.push_back(generate_requests_[i]);
      const absl::Status generated = engine.Generate(
          requests, [&](size_t i, absl::StatusOr<GenerateResponse> r) {
            if (r.ok()) answers.texts[call[i]] = *r;
            return r.status();
          });
      EXPECT_TRUE(generated.ok()) << generated;
    }
    return answers;
  }

  static std::vector<std::vector<size_t>> RandomCalls(size_t count,
                                                      std::mt19937& random) {
    std::vector<size_t> order(count);
    std::iota(order.begin(), order.end(), size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    std::vector<std::vector<size_t>> calls(1 + random() % 4);
    for (size_t i : order) calls[random() % calls.size()].push_back(i);
    return calls;
  }

  int64_t vocabulary_ = 0;
  std::vector<int32_t> last_text_;
  std::vector<ScoreRequest> score_requests_;
  std::vector<GenerateRequest> generate_requests_;
};

TEST_P(InvarianceTest, ArrangementChangesNoBit) {
  std::mt19937 random(1);
  const std::unique_ptr<Engine> engine = Load(1, 1);
  const Answers first = Ask(*engine, random);
  const int64_t least = LeastMemory(model());
  const bool played = engine->device_kind() == "emulated_cuda" ||
                      absl::StrContains(engine->device_kind(), "played");
  const int arrangements = played ? kPlayedArrangements : kArrangements;
  for (int i = 0; i < arrangements; ++i) {
    const int threads = 1 + random() % 4;
    const int64_t batch = 1 + random() % 80;
    // Room for one text or a few; for all in the first.
    const int64_t memory =
        i == 0 ? 0 : least + static_cast<int64_t>(random() % (8 * least));
    const Answers other = Ask(*Load(threads, batch, memory), random);
    const std::string how =
        absl::StrCat("arrangement ", i, ", ", threads, " threads, batch ",
                     batch, ", ", memory, " bytes");
    for (size_t r = 0; r < first.scores.size(); ++r) {
      const auto& a = first.scores[r].logprobs;
      const auto& b = other.scores[r].logprobs;
      ASSERT_EQ(a.size(), b.size()) << how;
      ASSERT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)), 0)
          << how << ", score request " << r;
      ASSERT_EQ(first.scores[r].is_greedy, other.scores[r].is_greedy);
    }
    for (size_t r = 0; r < first.texts.size(); ++r) {
      ASSERT_EQ(first.texts[r].tokens, other.texts[r].tokens)
          << how << ", generate request " << r;
    }
  }
}

TEST(InvarianceModelsTest, AreOfEveryArchitecture) {
  std::set<const ModelArch*> tested;
  for (const char* model : kModels) {
    const auto arch = FindArch(ConfigOf(model));
    ASSERT_TRUE(arch.ok()) << arch.status();
    tested.insert(*arch);
  }
  for (const ModelArch* arch : AllArchs()) {
    EXPECT_EQ(tested.count(arch), 1)
        << "add a model to kModels: " << arch->name;
  }
}

// A text that was generated with a cache, one token at a time, is the greedy
// one for scoring, which computes it at once. Not so where rotation depends on
// the text's length.
TEST_P(InvarianceTest, CachedGenerationIsWhatScoringFindsLikeliest) {
  if (model() == "llama_dynamic_ntk" || model() == "phi3_gqa_longrope") {
    GTEST_SKIP() << "its angles depend on the text's length";
  }
  auto engine = Load(2, 64);
  std::mt19937 random(3);
  for (GenerateRequest& request : generate_requests_) {
    request.repetition_penalty = 1;
    request.min_new_tokens = 0;
  }
  const Answers answers = Ask(*engine, random);
  std::vector<ScoreRequest> requests;
  for (size_t i = 0; i < generate_requests_.size(); ++i) {
    ScoreRequest request;
    request.tokens = generate_requests_[i].prompt;
    request.score_from = static_cast<int64_t>(request.tokens.size());
    request.tokens.insert(request.tokens.end(), answers.texts[i].tokens.begin(),
                          answers.texts[i].tokens.end());
    requests.push_back(std::move(request));
  }
  EXPECT_TRUE(engine
                  ->Score(requests,
                          [](size_t i, absl::StatusOr<ScoreResponse> r) {
                            EXPECT_TRUE(r.ok() && r->is_greedy) << i;
                            return r.status();
                          })
                  .ok());
}

INSTANTIATE_TEST_SUITE_P(Models, InvarianceTest,
                         testing::Combine(testing::ValuesIn(kModels),
                                          testing::Values(DType::kFloat32,
                                                          DType::kBFloat16)),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param)) +
                                  (std::get<1>(info.param) == DType::kFloat32
                                       ? "_float32"
                                       : "_bfloat16");
                         });

}  // namespace
}  // namespace sn37::eval
