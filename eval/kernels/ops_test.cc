// A device's operations (test_device.h) against the plain reference, and
// against themselves: bits must not depend on rows, threads or steps.

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "eval/kernels/reference/reference_ops.h"
#include "eval/kernels/test_device.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

constexpr DType kDTypes[] = {DType::kFloat32, DType::kBFloat16};

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
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_{11};
};

Matrix Pack(Ops& ops, const at::Tensor& rows, DType dtype) {
  return ops.Pack({{rows, 0, rows.size(0)}}, dtype);
}

// A copy on the device.
at::Tensor On(Ops& ops, const at::Tensor& tensor) {
  return tensor.defined() ? ops.ToDevice(tensor.clone()) : tensor;
}

// What the dtype can hold of the numbers: some devices round what goes into a
// product.
at::Tensor Rounded(const at::Tensor& tensor, DType dtype) {
  return dtype == DType::kBFloat16 ? tensor.to(at::kBFloat16).to(at::kFloat)
                                   : tensor;
}

double LargestDifference(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.to(at::kCPU), y = b.to(at::kCPU);
  double largest = 0;
  for (int64_t i = 0; i < x.numel(); ++i) {
    const double difference =
        std::abs(x.data_ptr<float>()[i] - y.data_ptr<float>()[i]);
    if (!(difference <= largest)) largest = difference;  // NaN too
  }
  return largest;
}

bool SameBits(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.to(at::kCPU), y = b.to(at::kCPU);
  return x.numel() == y.numel() &&
         std::memcmp(x.data_ptr(), y.data_ptr(), x.nbytes()) == 0;
}

class OpsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (SkipsTestDevice()) GTEST_SKIP() << "no AVX-512 here";
  }

  std::unique_ptr<Ops> ops_ = NewTestDevice(2);
  std::unique_ptr<Ops> reference_ = NewReferenceOps();
  Numbers numbers_;
};

// The ways in which a linear layer is used.
enum class Use { kPlain, kBias, kGated, kAdded };

TEST_F(OpsTest, LinearIsTheReferences) {
  // Sizes around tiles, panels and depth blocks.
  const int64_t kSizes[][3] = {{1, 1, 1},    {2, 5, 40},     {6, 64, 64},
                               {7, 65, 100}, {13, 200, 385}, {200, 130, 800}};
  for (const auto& [rows, outputs, inputs] : kSizes) {
    for (DType dtype : kDTypes) {
      for (Use use : {Use::kPlain, Use::kBias, Use::kGated, Use::kAdded}) {
        const float scale = 1 / std::sqrt(static_cast<float>(inputs));
        const at::Tensor x = Rounded(numbers_.Tensor({rows, inputs}), dtype);
        const at::Tensor w = numbers_.Tensor({outputs, inputs}, scale);
        const at::Tensor w2 = numbers_.Tensor({outputs, inputs}, scale);
        const at::Tensor bias = numbers_.Tensor({outputs});
        const at::Tensor start = numbers_.Tensor({rows, outputs});
        const auto run = [&](Ops& ops) {
          const Matrix matrix = Pack(ops, w, dtype);
          const Matrix gate = Pack(ops, w2, dtype);
          LinearOptions options;
          if (use != Use::kPlain) options.bias = On(ops, bias);
          if (use == Use::kGated) {
            options.activation = Activation::kSilu;
            options.gated_by = &gate;
          }
          if (use == Use::kAdded) {
            options.activation = Activation::kGeluErf;
            options.add_to_out = true;
          }
          const at::Tensor out = On(ops, start);
          ops.Linear(On(ops, x), matrix, options, out);
          return out;
        };
        EXPECT_LT(LargestDifference(run(*ops_), run(*reference_)), 2e-5)
            << rows << " x " << outputs << " x " << inputs << ", use "
            << static_cast<int>(use);
      }
    }
  }
}

TEST_F(OpsTest, ActivationsAreTheReferences) {
  const at::Tensor x = numbers_.Tensor({64, 32}, 2);
  const at::Tensor w = numbers_.Tensor({48, 32}, 0.3f);
  for (Activation activation :
       {Activation::kIdentity, Activation::kSilu, Activation::kGeluTanh,
        Activation::kGeluErf, Activation::kRelu}) {
    const auto run = [&](Ops& ops) {
      LinearOptions options;
      options.activation = activation;
      const at::Tensor out = ops.NewRows(64, 48);
      ops.Linear(On(ops, x), Pack(ops, w, DType::kFloat32), options, out);
      return out;
    };
    EXPECT_LT(LargestDifference(run(*ops_), run(*reference_)), 1e-5)
        << static_cast<int>(activation);
  }
}

TEST_F(OpsTest, ARowsBitsDependOnNothingElse) {
  const int64_t kInputs = 800, kOutputs = 130;
  const at::Tensor x = numbers_.Tensor({400, kInputs});
  const at::Tensor w = numbers_.Tensor({kOutputs, kInputs});
  for (DType dtype : kDTypes) {
    const at::Tensor all = ops_->NewRows(400, kOutputs);
    ops_->Linear(On(*ops_, x), Pack(*ops_, w, dtype), {}, all);
    for (int threads : {1, 3}) {
      const std::unique_ptr<Ops> other = NewTestDevice(threads);
      const Matrix matrix = Pack(*other, w, dtype);
      for (int64_t rows : {1, 2, 7, 11, 12, 13, 100, 191, 193, 359}) {
        const int64_t first = 400 - rows;
        const at::Tensor some = other->NewRows(rows, kOutputs);
        other->Linear(On(*other, x.narrow(0, first, rows)), matrix, {}, some);
        EXPECT_TRUE(SameBits(some, all.narrow(0, first, rows)))
            << rows << " rows, " << threads << " threads";
      }
    }
  }
}

TEST_F(OpsTest, HowAFileHoldsTheSameWeightsChangesNothing) {
  const at::Tensor x = numbers_.Tensor({20, 400});
  const at::Tensor narrow = numbers_.Tensor({130, 400}).to(at::kBFloat16);
  const std::vector<int32_t> ids = {0, 129, 31, 64};
  const at::Tensor start = numbers_.Tensor({4, 400});
  for (DType dtype : kDTypes) {
    const Matrix as_stored = Pack(*ops_, narrow, dtype);
    const Matrix widened = Pack(*ops_, narrow.to(at::kFloat), dtype);
    at::Tensor products[2], rows[2];
    for (int i = 0; i < 2; ++i) {
      const Matrix& matrix = i == 0 ? as_stored : widened;
      products[i] = ops_->NewRows(20, 130);
      ops_->Linear(On(*ops_, x), matrix, {}, products[i]);
      rows[i] = On(*ops_, start);
      ops_->Embed(matrix, ids, 3, /*add=*/true, rows[i]);
    }
    EXPECT_TRUE(SameBits(products[0], products[1]));
    EXPECT_TRUE(SameBits(rows[0], rows[1]));
  }
}

TEST_F(OpsTest, NormsAreTheReferences) {
  for (int64_t n : {1, 15, 16, 17, 255, 257, 576}) {
    for (auto kind : {NormWeights::kRms, NormWeights::kLayer}) {
      const at::Tensor weight = numbers_.Tensor({n});
      const at::Tensor bias = numbers_.Tensor({n});
      const at::Tensor x = numbers_.Tensor({5, n}, 3);
      const auto run = [&](Ops& ops) {
        NormWeights weights;
        weights.kind = kind;
        weights.epsilon = 1e-5f;
        weights.weight = On(ops, weight);
        if (kind == NormWeights::kLayer) weights.bias = On(ops, bias);
        if (kind == NormWeights::kRms) weights.offset = 1;
        const at::Tensor out = ops.NewRows(5, n);
        ops.Norm(On(ops, x), weights, out);
        return out;
      };
      EXPECT_LT(LargestDifference(run(*ops_), run(*reference_)), 1e-5)
          << n << " columns";
    }
  }
}

TEST_F(OpsTest, NormsOfGroupsLeaveTheRestAlone) {
  const at::Tensor weight = numbers_.Tensor({20});
  const at::Tensor x = numbers_.Tensor({7, 100}, 3);
  const auto run = [&](Ops& ops) {
    NormWeights weights;
    weights.kind = NormWeights::kRms;
    weights.weight = On(ops, weight);
    const at::Tensor out = On(ops, x);
    ops.NormGroups(out, 20, 3, weights);
    return out;
  };
  EXPECT_LT(LargestDifference(run(*ops_), run(*reference_)), 1e-5);
}

TEST_F(OpsTest, EmbeddingGivesTheMatrixsRows) {
  const at::Tensor table = numbers_.Tensor({150, 40});
  const at::Tensor start = numbers_.Tensor({7, 40});
  const std::vector<int32_t> ids = {0, 149, 63, 64, 31, 32, 16};
  for (DType dtype : kDTypes) {
    for (bool add : {false, true}) {
      const auto run = [&](Ops& ops) {
        const at::Tensor out = On(ops, start);
        ops.Embed(Pack(ops, table, dtype), ids, 4, add, out);
        return out;
      };
      EXPECT_TRUE(SameBits(run(*ops_), run(*reference_)));
    }
  }
}

TEST_F(OpsTest, PackingPutsSlicesBelowEachOther) {
  const at::Tensor a = numbers_.Tensor({70, 24});
  const at::Tensor b = numbers_.Tensor({9, 24}).to(at::kHalf);
  const at::Tensor c = numbers_.Tensor({9, 24}).to(at::kBFloat16);
  std::vector<int32_t> ids(75);
  for (int32_t i = 0; i < 75; ++i) ids[i] = i;
  for (DType dtype : kDTypes) {
    const auto run = [&](Ops& ops) {
      const at::Tensor out = ops.NewRows(75, 24);
      ops.Embed(
          ops.Pack({{a, 3, 68}, {b, 4, 9}, {c, 0, 4}, {a, 69, 70}}, dtype), ids,
          1, false, out);
      return out;
    };
    EXPECT_TRUE(SameBits(run(*ops_), run(*reference_)));
  }
}

TEST_F(OpsTest, GatherTakesTheNamedRows) {
  const at::Tensor x = numbers_.Tensor({9, 20});
  const auto run = [&](Ops& ops) {
    const at::Tensor out = ops.NewRows(4, 20);
    ops.Gather(On(ops, x), {8, 0, 3, 3}, out);
    return out;
  };
  EXPECT_TRUE(SameBits(run(*ops_), run(*reference_)));
}

TEST_F(OpsTest, AddingIsTheReferences) {
  const at::Tensor x = numbers_.Tensor({9, 300});
  const at::Tensor start = numbers_.Tensor({9, 300});
  const auto run = [&](Ops& ops) {
    const at::Tensor out = On(ops, start);
    ops.Add(On(ops, x), out);
    return out;
  };
  EXPECT_TRUE(SameBits(run(*ops_), run(*reference_)));
}

TEST_F(OpsTest, RotationIsTheReferences) {
  const at::Tensor x = numbers_.Tensor({9, 5 * 40});
  const at::Tensor cosine = numbers_.Tensor({9, 11});
  const at::Tensor sine = numbers_.Tensor({9, 11});
  const auto run = [&](Ops& ops) {
    const at::Tensor out = On(ops, x);
    ops.Rotate(out, 40, 3, 40, On(ops, cosine), On(ops, sine));
    return out;
  };
  EXPECT_LT(LargestDifference(run(*ops_), run(*reference_)), 1e-6);
}

// Attention of a text, at once or in steps, in blocks in any order.
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
          {"full", 6, 6, 80, plain},      {"wide", 6, 1, 192, plain},
          {"wider", 2, 1, 320, plain},    {"window", 6, 2, 64, window},
          {"soft cap", 6, 2, 16, capped}, {"many heads", 70, 1, 16, plain},
          {"alibi", 6, 3, 16, alibi}};
}

// The whole of qkv in calls of `step` positions.
at::Tensor Attend(Ops& ops, const AttentionCase& c, DType dtype,
                  const at::Tensor& qkv, int64_t step,
                  const std::vector<int32_t>& blocks) {
  AttentionOptions options = c.options;
  options.heads = c.heads;
  options.key_bias = On(ops, c.options.key_bias);
  CacheLayer cache = ops.NewCacheLayer(8, c.kv_heads, c.head_dim, dtype);
  const at::Tensor rows = On(ops, qkv);
  const at::Tensor out = ops.NewRows(qkv.size(0), c.heads * c.head_dim);
  for (int64_t p = 0; p < qkv.size(0); p += step) {
    Segment segment;
    segment.rows = std::min(step, qkv.size(0) - p);
    segment.first_position = p;
    segment.blocks = blocks;
    ops.Attend(rows.narrow(0, p, segment.rows), {segment}, options, cache,
               out.narrow(0, p, segment.rows));
  }
  return out;
}

// A GPU's matrix units take probabilities in bfloat16, and values are up to 5;
// in what else they differ, //eval/kernels/cuda:attend_mma_test bounds.
double AttentionBound(const Ops& ops, DType dtype, int64_t head_dim) {
  const bool gpu = ops.device_kind().find("cuda") != std::string::npos;
  const bool rounds =
      gpu && dtype == DType::kBFloat16 && head_dim % 16 == 0 && head_dim <= 256;
  return rounds ? 5 * 0x1p-8 : 2e-5;
}

TEST_F(OpsTest, AttentionIsTheReferences) {
  for (const AttentionCase& c : AttentionCases(numbers_)) {
    const at::Tensor numbers =
        numbers_.Tensor({200, (c.heads + 2 * c.kv_heads) * c.head_dim});
    for (DType dtype : kDTypes) {
      const at::Tensor qkv = Rounded(numbers, dtype);
      const at::Tensor ours = Attend(*ops_, c, dtype, qkv, 200, {0, 1, 2, 3});
      const at::Tensor theirs =
          Attend(*reference_, c, dtype, qkv, 200, {0, 1, 2, 3});
      EXPECT_LT(LargestDifference(ours, theirs),
                AttentionBound(*ops_, dtype, c.head_dim))
          << c.name;
    }
  }
}

TEST_F(OpsTest, AttentionInStepsGivesTheSameBits) {
  for (const AttentionCase& c : AttentionCases(numbers_)) {
    const at::Tensor qkv =
        numbers_.Tensor({200, (c.heads + 2 * c.kv_heads) * c.head_dim});
    for (DType dtype : kDTypes) {
      const at::Tensor at_once =
          Attend(*ops_, c, dtype, qkv, 200, {0, 1, 2, 3});
      for (int64_t step : {1, 64, 65, 131}) {
        EXPECT_TRUE(
            SameBits(at_once, Attend(*ops_, c, dtype, qkv, step, {7, 2, 5, 0})))
            << c.name << " in steps of " << step;
      }
    }
  }
}

TEST_F(OpsTest, SegmentsOfABatchDoNotMeet) {
  const AttentionCase c = {"", 4, 2, 32, {}};
  const int64_t kLengths[] = {70, 1, 130, 5};
  AttentionOptions options;
  options.heads = c.heads;
  const at::Tensor qkv = numbers_.Tensor({206, 8 * 32});
  std::vector<Segment> segments;
  int64_t row = 0;
  int32_t block = 0;
  for (int64_t length : kLengths) {
    Segment segment;
    segment.first_row = row;
    segment.rows = length;
    for (int64_t p = 0; p < length; p += 64) segment.blocks.push_back(block++);
    segments.push_back(segment);
    row += length;
  }
  for (DType dtype : kDTypes) {
    CacheLayer cache = ops_->NewCacheLayer(8, c.kv_heads, c.head_dim, dtype);
    const at::Tensor together = ops_->NewRows(206, 4 * 32);
    ops_->Attend(On(*ops_, qkv), segments, options, cache, together);
    for (const Segment& s : segments) {
      const at::Tensor alone =
          Attend(*ops_, c, dtype, qkv.narrow(0, s.first_row, s.rows), s.rows,
                 {4, 1, 6});
      EXPECT_TRUE(SameBits(alone, together.narrow(0, s.first_row, s.rows)));
    }
  }
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST_F(OpsTest, WhatABlockHeldBeforeDoesNotMatter) {
  const AttentionCase c = {"", 2, 1, 16, {}};
  AttentionOptions options;
  options.heads = 2;
  Segment segment;
  segment.rows = 10;
  segment.blocks = {0};
  // Beside tiny numbers the least that is left of a huge one shows.
  for (float scale : {1.0f, 1e-20f}) {
    const at::Tensor qkv = numbers_.Tensor({10, 4 * 16}, scale);
    for (DType dtype : kDTypes) {
      const at::Tensor clean = Attend(*ops_, c, dtype, qkv, 10, {0});
      for (float left : {kNan, kInfinity, 3.3e38f}) {
        CacheLayer cache = ops_->NewCacheLayer(1, 1, 16, dtype);
        cache.values.fill_(left);
        cache.keys.fill_(left);
        const at::Tensor out = ops_->NewRows(10, 32);
        ops_->Attend(On(*ops_, qkv), {segment}, options, cache, out);
        EXPECT_TRUE(SameBits(out, clean)) << left << " beside " << scale;
      }
    }
  }
}

TEST_F(OpsTest, WhatIsNotFiniteReachesTheRowsThatSeeItAndNoOthers) {
  constexpr int64_t kBad = 70, kColumn = 13, kWindow = 60, kPositions = 150;
  const std::vector<int32_t> blocks = {2, 0, 1};
  for (int64_t columns : {16, 20, 128, 256}) {
    AttentionCase c = {"", 2, 1, columns, {}};
    c.options.window = kWindow;
    c.options.scale = 0.1f;
    const at::Tensor qkv = numbers_.Tensor({kPositions, 4 * columns});
    const int64_t key = 2 * columns + kColumn, value = key + columns;
    for (DType dtype : kDTypes) {
      const auto attend = [&](int64_t column, float number, int64_t step) {
        const at::Tensor with = qkv.clone();
        with.data_ptr<float>()[kBad * 4 * columns + column] = number;
        return Attend(*ops_, c, dtype, with, step, blocks).to(at::kCPU);
      };
      const at::Tensor good =
          Attend(*ops_, c, dtype, qkv, kPositions, blocks).to(at::kCPU);
      for (int64_t column : {key, value}) {
        for (float bad : {kNan, kInfinity, -kInfinity}) {
          const at::Tensor out = attend(column, bad, kPositions);
          EXPECT_TRUE(SameBits(out, attend(column, bad, 1)));
          for (int64_t i = 0; i < out.numel(); ++i) {
            const int64_t position = i / (2 * columns);
            const float ours = out.data_ptr<float>()[i];
            if (position < kBad || position >= kBad + kWindow) {
              ASSERT_EQ(ours, good.data_ptr<float>()[i]) << position;
            } else if (column == value && i % columns == kColumn) {
              ASSERT_FALSE(std::isfinite(ours)) << position;
            } else if (column == value) {
              ASSERT_EQ(ours, good.data_ptr<float>()[i]) << position;
            } else if (std::isnan(bad)) {
              ASSERT_TRUE(std::isnan(ours)) << position;
            }
          }
        }
      }
    }
  }
}

TEST_F(OpsTest, ScoresAreTheReferences) {
  // A vocabulary of several tiles that ends within one.
  constexpr int64_t kVocabulary = 9100;
  const at::Tensor x = numbers_.Tensor({40, 48});
  const at::Tensor w = numbers_.Tensor({kVocabulary, 48}, 0.3f);
  const at::Tensor bias = numbers_.Tensor({kVocabulary});
  std::vector<int32_t> targets;
  for (int i = 0; i < 40; ++i) {
    targets.push_back(static_cast<int32_t>(numbers_.random()() % kVocabulary));
  }
  for (bool with_options : {false, true}) {
    const auto run = [&](Ops& ops) {
      HeadOptions options;
      if (with_options) {
        options.bias = On(ops, bias);
        options.soft_cap = 5;
      }
      return ops.Score(On(ops, x), targets, Pack(ops, w, DType::kFloat32),
                       options);
    };
    const auto ours = run(*ops_), theirs = run(*reference_);
    for (size_t i = 0; i < targets.size(); ++i) {
      EXPECT_NEAR(ours[i].logprob, theirs[i].logprob, 1e-5);
      EXPECT_EQ(ours[i].is_largest, theirs[i].is_largest);
    }
  }
}

TEST_F(OpsTest, ScoresBitsDoNotDependOnTheOtherRows) {
  const at::Tensor x = numbers_.Tensor({1100, 32});
  const at::Tensor w = numbers_.Tensor({300, 32}, 0.3f);
  std::vector<int32_t> targets(1100);
  for (int32_t& id : targets) {
    id = static_cast<int32_t>(numbers_.random()() % 300);
  }
  for (DType dtype : kDTypes) {
    const Matrix head = Pack(*ops_, w, dtype);
    const auto all = ops_->Score(On(*ops_, x), targets, head, {});
    for (int64_t first : {0, 500, 1023, 1099}) {
      const int64_t rows = std::min<int64_t>(1100 - first, 77);
      const auto some =
          ops_->Score(On(*ops_, x.narrow(0, first, rows)),
                      absl::MakeSpan(targets).subspan(first, rows), head, {});
      for (int64_t i = 0; i < rows; ++i) {
        EXPECT_EQ(some[i].logprob, all[first + i].logprob) << first + i;
        EXPECT_EQ(some[i].is_largest, all[first + i].is_largest);
      }
    }
  }
}

TEST_F(OpsTest, PicksAreTheReferencesUnderEveryRule) {
  const at::Tensor x = numbers_.Tensor({32, 48});
  const at::Tensor w = numbers_.Tensor({1100, 48}, 0.3f);
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
  const auto run = [&](Ops& ops) {
    return ops.Pick(On(ops, x), rules, Pack(ops, w, DType::kFloat32), {});
  };
  EXPECT_EQ(run(*ops_), run(*reference_));
}

TEST_F(OpsTest, OfEqualLogitsTheLowestIdWins) {
  const at::Tensor x = On(*ops_, at::empty({1, 4}, at::kFloat).fill_(1));
  const at::Tensor w = at::empty({9000, 4}, at::kFloat).fill_(0.5);
  const Matrix head = Pack(*ops_, w, DType::kBFloat16);
  EXPECT_EQ(ops_->Pick(x, {PickRule()}, head, {})[0], 0);
  std::vector<uint64_t> banned(141, ~uint64_t{0});
  for (size_t word : {20, 135}) {
    banned[word] = ~(uint64_t{1} << 7 | uint64_t{1} << 40);
  }
  PickRule rule;
  rule.banned = banned.data();
  EXPECT_EQ(ops_->Pick(x, {rule}, head, {})[0], 20 * 64 + 7);
}

TEST_F(OpsTest, BadLogitsAreSeen) {
  for (float bad : {kNan, kInfinity}) {
    at::Tensor w = numbers_.Tensor({130, 4});
    w.data_ptr<float>()[129 * 4] = bad;
    const at::Tensor x = On(*ops_, at::empty({1, 4}, at::kFloat).fill_(1));
    const Matrix head = Pack(*ops_, w, DType::kFloat32);
    EXPECT_EQ(ops_->Pick(x, {PickRule()}, head, {})[0], -1);
    EXPECT_TRUE(std::isnan(ops_->Score(x, {5}, head, {})[0].logprob));
  }
}

}  // namespace
}  // namespace sn37::eval
