// What is computed once: rows that go through the decoder are counted. (That
// answers stay the same is invariance_test's matter.)

#include <memory>
#include <string>
#include <vector>

#include "eval/engine/batch_limits.h"
#include "eval/engine/generator.h"
#include "eval/engine/scorer.h"
#include "eval/kernels/cpu/cpu_ops.h"
#include "eval/models/archs.h"
#include "eval/models/decoder.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/safetensors_source.h"
#include "gtest/gtest.h"
#include "sn37/base/check.h"

namespace sn37::eval {
namespace {

class SharingTest : public testing::Test {
 protected:
  void SetUp() override { Load("llama_gqa_untied"); }

  void Load(const std::string& name) {
    const std::string folder = "eval/models/testdata/" + name;
    auto file = ReadModelConfig(folder);
    SN37_CHECK(file.ok()) << file.status();
    auto arch = FindArch(file->json);
    auto config = ParseDecoderConfig(**arch, file->json);
    auto weights = SafeTensors::Open(folder);
    SN37_CHECK(weights.ok()) << weights.status();
    const SafeTensorsSource source(*std::move(weights));
    ops_ = *NewCpuOps(1);
    decoder_ = *Decoder::Load(**arch, *config, source, DType::kFloat32, *ops_);
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

  // The rows and, into `passes`, how often the decoder ran.
  int64_t GeneratedRows(const std::vector<GenerateRequest>& requests,
                        const BatchLimits& limits = {}) {
    const int64_t before = decoder_->rows_passed();
    EXPECT_TRUE(
        GenerateAll(*decoder_, requests, limits,
                    [](size_t, absl::StatusOr<GenerateResponse> response) {
                      return response.status();
                    })
            .ok());
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

}  // namespace
}  // namespace sn37::eval
