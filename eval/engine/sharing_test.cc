// What is computed once: rows that go through the decoder are counted. (That
// answers stay the same is invariance_test's matter.)

#include <memory>
#include <string>
#include <vector>

#include "eval/engine/batch_limits.h"
#include "eval/engine/generator.h"
#include "eval/engine/scorer.h"
#include "eval/engine/testing/load_decoder.h"
#include "eval/kernels/cpu/cpu_ops.h"
#include "eval/models/decoder.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

class SharingTest : public testing::Test {
 protected:
  void SetUp() override { Load("llama_gqa_untied"); }

  void Load(const std::string& name) {
    decoder_.reset();
    ops_ = *NewCpuOps(1);
    decoder_ =
        LoadDecoder("eval/models/testdata/" + name, DType::kFloat32, *ops_);
  }

  int64_t ScoredRows(const std::vector<ScoreRequest>& requests) {
    const int64_t before = decoder_->rows_passed();
    EXPECT_TRUE(ScoreAll(*decoder_, requests, {},
                         [](size_t, absl::StatusOr<ScoreResponse> response) {
                           return response.status();
                         })
                    .ok());
    return decoder_->rows_passed() - before;
  }

  // The rows; the new tokens of all requests into `tokens`.
  int64_t GeneratedRows(const std::vector<GenerateRequest>& requests,
                        const BatchLimits& limits = {},
                        std::vector<std::vector<int32_t>>* tokens = nullptr) {
    std::vector<std::vector<int32_t>> generated(requests.size());
    const int64_t before = decoder_->rows_passed();
    EXPECT_TRUE(
        GenerateAll(*decoder_, requests, limits,
                    [&](size_t i, absl::StatusOr<GenerateResponse> response) {
                      if (response.ok()) generated[i] = response->tokens;
                      return response.status();
                    })
            .ok());
    if (tokens != nullptr) *tokens = generated;
    return decoder_->rows_passed() - before;
  }

  // `count` ids that begin with `prefix` ones that depend on it alone.
  static std::vector<int32_t> Ids(int count, int prefix, int seed) {
    std::vector<int32_t> ids(count);
    for (int i = 0; i < count; ++i) {
      ids[i] = (i < prefix ? 7 * i : 11 * i + 13 * seed + 1) % 97;
    }
    return ids;
  }

  std::unique_ptr<Ops> ops_;
  std::unique_ptr<Decoder> decoder_;
};

TEST_F(SharingTest, ScoringComputesACommonBeginningOnceInWholeBlocks) {
  const ScoreRequest a{Ids(101, 80, 1), 90}, b{Ids(121, 80, 2), 90},
      c{Ids(101, 80, 3), 1}, other{Ids(101, 0, 4), 90};
  EXPECT_EQ(ScoredRows({a}), 100);
  EXPECT_EQ(ScoredRows({a, other, b, c}), 100 + 56 + 36 + 100);
  EXPECT_EQ(ScoredRows({a, a, a}), 100 + 36 + 36) << "the rest of a block";
  const ScoreRequest whole_blocks{Ids(129, 0, 5), 60};
  EXPECT_EQ(ScoredRows({whole_blocks, whole_blocks}), 128);
}

TEST_F(SharingTest, TextsWhoseAnglesDifferShareNothing) {
  Load("llama_dynamic_ntk");
  const int64_t original = 128;  // max_position_embeddings of its config
  const ScoreRequest a{Ids(original + 10, 128, 1), 129},
      b{Ids(original + 20, 128, 2), 129}, c{Ids(original + 10, 128, 3), 129};
  EXPECT_EQ(ScoredRows({a, b}), original + 9 + original + 19);
  EXPECT_EQ(ScoredRows({a, c}), original + 9 + 9);
}

TEST_F(SharingTest, PromptsInFlightShareTheirBeginning) {
  GenerateRequest a, b;
  a.prompt = Ids(100, 80, 1);
  b.prompt = Ids(120, 80, 2);
  EXPECT_EQ(GeneratedRows({a, b}), 100 + 56);
  EXPECT_EQ(GeneratedRows({a, b}, {.sequences = 1}), 100 + 120);
}

TEST_F(SharingTest, GuessesAreBoundedAndChangeNoToken) {
  Load("llama_mqa_tied_llama3");  // repeats itself, not quite
  std::vector<GenerateRequest> requests(3);
  for (int i = 0; i < 3; ++i) {
    requests[i].prompt = std::vector<int32_t>(20, 5 + i);
    requests[i].max_new_tokens = 200;
  }
  constexpr int64_t kFed = 3 * (20 + 199);
  std::vector<std::vector<int32_t>> plain, guessed;
  EXPECT_EQ(GeneratedRows(requests, {.draft_rows = 0}, &plain), kFed);
  EXPECT_EQ(GeneratedRows(requests, {.draft_rows = 5}, &guessed), kFed)
      << "too few for a guess at each text";
  for (const int64_t draft_rows : {6, 16, 100}) {
    EXPECT_GT(GeneratedRows(requests, {.draft_rows = draft_rows}, &guessed),
              kFed)
        << "no guess was wrong";
    EXPECT_EQ(guessed, plain) << draft_rows;
  }
}

}  // namespace
}  // namespace sn37::eval
