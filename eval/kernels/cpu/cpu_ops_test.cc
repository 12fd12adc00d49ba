// The CPU's operations, for every instruction set of this machine, against the
// plain reference, and against themselves: bits must not depend on rows,
// threads, or which instruction set it is.

#include "eval/kernels/cpu/cpu_ops.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "eval/kernels/reference/reference_ops.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

class Numbers {
 public:
  at::Tensor Tensor(at::IntArrayRef shape, float scale = 1) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    std::normal_distribution<float> normal(0, scale);
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      tensor.data_ptr<float>()[i] = normal(random_);
    }
    return tensor;
  }
  Matrix Pack(Ops& ops, const at::Tensor& rows, DType dtype) {
    return ops.Pack({{rows, 0, rows.size(0)}}, dtype);
  }
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_{11};
};

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  double largest = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    largest = std::max<double>(
        largest, std::abs(a.data_ptr<float>()[i] - b.data_ptr<float>()[i]));
  }
  return largest;
}

bool SameBits(const at::Tensor& a, const at::Tensor& b) {
  return a.numel() == b.numel() &&
         std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

// 0: what this machine runs; 1: AVX2, which every tested machine has.
class CpuOpsTest : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    kernels_ = GetParam() == 0 ? BestKernels() : Avx2Kernels();
    ASSERT_NE(kernels_, nullptr);
    ops_ = NewCpuOps(2, *kernels_);
  }

  const CpuKernels* kernels_ = nullptr;
  std::unique_ptr<Ops> ops_;
  std::unique_ptr<Ops> reference_ = NewReferenceOps();
  Numbers numbers_;
};

TEST_P(CpuOpsTest, LinearIsTheReferences) {
  // Sizes around tiles, panels and depth blocks.
  const int64_t kSizes[][3] = {{1, 1, 1},    {2, 5, 40},     {6, 64, 64},
                               {7, 65, 100}, {13, 200, 385}, {200, 130, 800}};
  for (const auto& [rows, outputs, inputs] : kSizes) {
    for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {
      for (int variant = 0; variant < 4; ++variant) {
        const float scale = 1 / std::sqrt(static_cast<float>(inputs));
        const at::Tensor x = numbers_.Tensor({rows, inputs});
        const at::Tensor w = numbers_.Tensor({outputs, inputs}, scale);
        const at::Tensor w2 = numbers_.Tensor({outputs, inputs}, scale);
        const at::Tensor start = numbers_.Tensor({rows, outputs});
        at::Tensor results[2];
        int i = 0;
        for (Ops* ops : {ops_.get(), reference_.get()}) {
          const Matrix matrix = numbers_.Pack(*ops, w, dtype);
          const Matrix gate = numbers_.Pack(*ops, w2, dtype);
          LinearOptions options;
          if (variant >= 1) options.bias = w.reshape({-1}).slice(0, 0, outputs);
          if (variant == 2) {
            options.activation = Activation::kSilu;
            options.gated_by = &gate;
          }
          if (variant == 3) {
            options.activation = Activation::kGeluErf;
            options.add_to_out = true;
          }
          results[i] = start.clone();
          ops->Linear(x, matrix, options, results[i++]);
        }
        EXPECT_LT(LargestDifference(results[0], results[1]), 2e-5)
            << rows << " x " << outputs << " x " << inputs << ", variant "
            << variant;
      }
    }
  }
}

TEST_P(CpuOpsTest, ARowsBitsDependOnNothingElse) {
  const int64_t kInputs = 800, kOutputs = 200;
  const at::Tensor x = numbers_.Tensor({400, kInputs});
  const at::Tensor w = numbers_.Tensor({kOutputs, kInputs});
  for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Matrix matrix = numbers_.Pack(*ops_, w, dtype);
    at::Tensor all = at::empty({400, kOutputs}, at::kFloat);
    ops_->Linear(x, matrix, {}, all);
    for (int threads : {1, 2, 3}) {
      const std::unique_ptr<Ops> other = NewCpuOps(threads, *kernels_);
      for (int64_t rows : {1, 2, 7, 11, 12, 13, 100, 191, 193, 359}) {
        const int64_t first = 400 - rows;
        at::Tensor some = at::empty({rows, kOutputs}, at::kFloat);
        other->Linear(x.narrow(0, first, rows), matrix, {}, some);
        EXPECT_TRUE(SameBits(some, all.narrow(0, first, rows)))
            << rows << " rows, " << threads << " threads";
      }
    }
  }
}

TEST_P(CpuOpsTest, InstructionSetsGiveTheSameBits) {
  const std::unique_ptr<Ops> best = NewCpuOps(1, *BestKernels());
  const at::Tensor x = numbers_.Tensor({20, 300});
  const at::Tensor w = numbers_.Tensor({100, 300});
  at::Tensor results[2];
  int i = 0;
  for (Ops* ops : {ops_.get(), best.get()}) {
    const Matrix matrix = numbers_.Pack(*ops, w, DType::kBFloat16);
    LinearOptions options;
    options.activation = Activation::kGeluTanh;
    results[i] = at::empty({20, 100}, at::kFloat);
    ops->Linear(x, matrix, options, results[i++]);
  }
  EXPECT_TRUE(SameBits(results[0], results[1]));
}

TEST_P(CpuOpsTest, NormsAreTheReferences) {
  for (int64_t n : {1, 15, 16, 17, 576}) {
    for (auto kind : {NormWeights::kRms, NormWeights::kLayer}) {
      NormWeights weights;
      weights.kind = kind;
      weights.epsilon = 1e-5f;
      weights.weight = numbers_.Tensor({n});
      if (kind == NormWeights::kLayer) weights.bias = numbers_.Tensor({n});
      if (kind == NormWeights::kRms) weights.offset = 1;
      const at::Tensor x = numbers_.Tensor({5, n}, 3);
      at::Tensor ours = x.clone(), theirs = x.clone();
      ops_->Norm(x, weights, ours);
      reference_->Norm(x, weights, theirs);
      EXPECT_LT(LargestDifference(ours, theirs), 1e-5) << n << " columns";
    }
  }
}

TEST_P(CpuOpsTest, EmbeddingGivesTheMatrixsRows) {
  const at::Tensor table = numbers_.Tensor({150, 40});
  const std::vector<int32_t> ids = {0, 149, 63, 64, 31, 32, 16};
  for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    at::Tensor ours = at::empty({7, 40}, at::kFloat);
    at::Tensor theirs = at::empty({7, 40}, at::kFloat);
    ops_->Embed(numbers_.Pack(*ops_, table, dtype), ids, 3, false, ours);
    reference_->Embed(numbers_.Pack(*reference_, table, dtype), ids, 3, false,
                      theirs);
    EXPECT_TRUE(SameBits(ours, theirs));
  }
}

TEST_P(CpuOpsTest, GatherTakesTheNamedRows) {
  const at::Tensor x = numbers_.Tensor({9, 20});
  at::Tensor ours = at::empty({4, 20}, at::kFloat);
  at::Tensor theirs = at::empty({4, 20}, at::kFloat);
  ops_->Gather(x, {8, 0, 3, 3}, ours);
  reference_->Gather(x, {8, 0, 3, 3}, theirs);
  EXPECT_TRUE(SameBits(ours, theirs));
}

TEST_P(CpuOpsTest, RotationIsTheReferences) {
  const at::Tensor x = numbers_.Tensor({9, 5 * 40});
  const at::Tensor cosine = numbers_.Tensor({9, 11});
  const at::Tensor sine = numbers_.Tensor({9, 11});
  at::Tensor ours = x.clone(), theirs = x.clone();
  ops_->Rotate(ours, 40, 3, 40, cosine, sine);
  reference_->Rotate(theirs, 40, 3, 40, cosine, sine);
  EXPECT_LT(LargestDifference(ours, theirs), 1e-6);
}

// Attention of two texts, at once or in steps, in blocks in any order.
struct AttentionCase {
  const char* name;
  int64_t heads, kv_heads, head_dim;
  AttentionOptions options;
};

std::vector<AttentionCase> AttentionCases(Numbers& numbers) {
  AttentionOptions plain, window, capped, alibi;
  plain.scale = window.scale = capped.scale = alibi.scale = 0.3f;
  window.window = 70;
  capped.soft_cap = 2;
  alibi.key_bias = numbers.Tensor({6, 256});
  return {{"grouped", 6, 2, 20, plain},   {"multi-query", 6, 1, 64, plain},
          {"full", 6, 6, 80, plain},      {"window", 6, 2, 64, window},
          {"soft cap", 6, 2, 16, capped}, {"alibi", 6, 3, 16, alibi}};
}

// The whole of qkv in calls of `step` positions.
at::Tensor Attend(Ops& ops, const AttentionCase& c, DType dtype,
                  const at::Tensor& qkv, int64_t step,
                  const std::vector<int32_t>& blocks) {
  AttentionOptions options = c.options;
  options.heads = c.heads;
  CacheLayer cache = ops.NewCacheLayer(8, c.kv_heads, c.head_dim, dtype);
  ops.ClearBlocks(cache, blocks);
  at::Tensor out = at::empty({qkv.size(0), c.heads * c.head_dim}, at::kFloat);
  for (int64_t p = 0; p < qkv.size(0); p += step) {
    Segment segment;
    segment.rows = std::min(step, qkv.size(0) - p);
    segment.first_position = p;
    segment.blocks = blocks;
    ops.Attend(qkv.narrow(0, p, segment.rows), {segment}, options, cache,
               out.narrow(0, p, segment.rows));
  }
  return out;
}

TEST_P(CpuOpsTest, AttentionIsTheReferences) {
  for (const AttentionCase& c : AttentionCases(numbers_)) {
    const at::Tensor qkv =
        numbers_.Tensor({200, (c.heads + 2 * c.kv_heads) * c.head_dim});
    for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {
      const at::Tensor ours = Attend(*ops_, c, dtype, qkv, 200, {0, 1, 2, 3});
      const at::Tensor theirs =
          Attend(*reference_, c, dtype, qkv, 200, {0, 1, 2, 3});
      EXPECT_LT(LargestDifference(ours, theirs), 2e-5) << c.name;
    }
  }
}

TEST_P(CpuOpsTest, AttentionInStepsGivesTheSameBits) {
  for (const AttentionCase& c : AttentionCases(numbers_)) {
    const at::Tensor qkv =
        numbers_.Tensor({200, (c.heads + 2 * c.kv_heads) * c.head_dim});
    for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {
      const at::Tensor at_once =
          Attend(*ops_, c, dtype, qkv, 200, {0, 1, 2, 3});
      for (int64_t step : {1, 3, 64, 65, 131}) {
        EXPECT_TRUE(
            SameBits(at_once, Attend(*ops_, c, dtype, qkv, step, {7, 2, 5, 0})))
            << c.name << " in steps of " << step;
      }
    }
  }
}

TEST_P(CpuOpsTest, ClearedBlocksHideWhatWasThere) {
  AttentionCase c = {"", 2, 1, 16, {}};
  const at::Tensor qkv = numbers_.Tensor({10, 4 * 16});
  const at::Tensor clean = Attend(*ops_, c, DType::kFloat32, qkv, 10, {0});
  AttentionOptions options;
  options.heads = 2;
  CacheLayer cache = ops_->NewCacheLayer(1, 1, 16, DType::kFloat32);
  cache.values.fill_(std::numeric_limits<float>::quiet_NaN());
  cache.keys.fill_(std::numeric_limits<float>::quiet_NaN());
  ops_->ClearBlocks(cache, {0});
  Segment segment;
  segment.rows = 10;
  segment.blocks = {0};
  at::Tensor out = at::empty({10, 32}, at::kFloat);
  ops_->Attend(qkv, {segment}, options, cache, out);
  EXPECT_TRUE(SameBits(out, clean));
}

TEST_P(CpuOpsTest, ScoresAreTheReferences) {
  // A vocabulary of several tasks that ends within a panel.
  const at::Tensor x = numbers_.Tensor({40, 48});
  const at::Tensor w = numbers_.Tensor({2500, 48}, 0.3f);
  HeadOptions options;
  options.bias = numbers_.Tensor({2500});
  options.soft_cap = 5;
  std::vector<int32_t> targets;
  for (int i = 0; i < 40; ++i) {
    targets.push_back(static_cast<int32_t>(numbers_.random()() % 2500));
  }
  for (const HeadOptions& o : {HeadOptions(), options}) {
    const auto ours =
        ops_->Score(x, targets, numbers_.Pack(*ops_, w, DType::kFloat32), o);
    const auto theirs = reference_->Score(
        x, targets, numbers_.Pack(*reference_, w, DType::kFloat32), o);
    for (size_t i = 0; i < targets.size(); ++i) {
      EXPECT_NEAR(ours[i].logprob, theirs[i].logprob, 1e-5);
      EXPECT_EQ(ours[i].is_largest, theirs[i].is_largest);
    }
  }
}

TEST_P(CpuOpsTest, PicksAreTheReferencesUnderEveryRule) {
  const at::Tensor x = numbers_.Tensor({32, 48});
  const at::Tensor w = numbers_.Tensor({1100, 48}, 0.3f);
  const Matrix ours = numbers_.Pack(*ops_, w, DType::kFloat32);
  const Matrix theirs = numbers_.Pack(*reference_, w, DType::kFloat32);
  std::vector<uint64_t> seen(18), banned(18);
  for (size_t i = 0; i < seen.size(); ++i) {
    seen[i] = numbers_.random()() & numbers_.random()();
    banned[i] = ~uint64_t{0} << (i % 64);
  }
  std::vector<PickRule> rules(32);
  for (int r = 0; r < 32; ++r) {
    if (r & 1) rules[r].seen = seen.data();
    if (r & 2) rules[r].banned = banned.data();
    rules[r].repetition_penalty = 1.7f;
  }
  EXPECT_EQ(ops_->Pick(x, rules, ours, {}),
            reference_->Pick(x, rules, theirs, {}));
}

TEST_P(CpuOpsTest, OfEqualLogitsTheLowestIdWins) {
  const at::Tensor x = at::empty({1, 4}, at::kFloat).fill_(1);
  const at::Tensor w = at::empty({2200, 4}, at::kFloat).fill_(0.5);
  const Matrix head = numbers_.Pack(*ops_, w, DType::kBFloat16);
  EXPECT_EQ(ops_->Pick(x, {PickRule()}, head, {})[0], 0);
  std::vector<uint64_t> banned(35, ~uint64_t{0});
  banned[20] = ~(uint64_t{1} << 7 | uint64_t{1} << 40);
  PickRule rule;
  rule.banned = banned.data();
  EXPECT_EQ(ops_->Pick(x, {rule}, head, {})[0], 20 * 64 + 7);
}

TEST_P(CpuOpsTest, BadLogitsAreSeen) {
  const float kInfinity = std::numeric_limits<float>::infinity();
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
    at::Tensor w = numbers_.Tensor({130, 4});
    w.data_ptr<float>()[129 * 4] = bad;
    const at::Tensor x = at::empty({1, 4}, at::kFloat).fill_(1);
    const Matrix head = numbers_.Pack(*ops_, w, DType::kFloat32);
    EXPECT_EQ(ops_->Pick(x, {PickRule()}, head, {})[0], -1);
    EXPECT_TRUE(std::isnan(ops_->Score(x, {5}, head, {})[0].logprob));
  }
}

INSTANTIATE_TEST_SUITE_P(InstructionSets, CpuOpsTest, testing::Values(0, 1),
                         [](const auto& info) {
                           return info.param == 0 ? "best" : "avx2";
                         });

}  // namespace
}  // namespace sn37::eval
