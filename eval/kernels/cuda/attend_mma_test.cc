// Attention on the matrix units: against a reference that rounds where they
// round, against the plain kernel, and against itself, however a text is cut.

#include <ATen/ops/empty.h>
#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "eval/kernels/test_device.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

constexpr int64_t kPositions = 150;

// Heads of `columns`; the options of test case `name`.
struct Shape {
  const char* name;
  int64_t heads, kv_heads, columns;
  int64_t window;
  float soft_cap;
  bool key_bias;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.name;
}

at::Tensor Numbers(int64_t rows, int64_t columns) {
  static std::mt19937 random(5);
  at::Tensor tensor = at::empty({rows, columns}, at::kFloat);
  std::normal_distribution<float> normal;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    tensor.data_ptr<float>()[i] = normal(random);
  }
  return tensor;
}

at::Tensor Rounded(const at::Tensor& tensor) {
  return tensor.to(at::kBFloat16).to(at::kFloat);
}
float Rounded(double number) {
  return static_cast<at::BFloat16>(static_cast<float>(number));
}

AttentionOptions OptionsOf(const Shape& shape) {
  AttentionOptions options;
  options.heads = shape.heads;
  options.scale = 0.2f;
  options.window = shape.window;
  options.soft_cap = shape.soft_cap;
  if (shape.key_bias) options.key_bias = Numbers(shape.heads, 192);
  return options;
}

at::Tensor NumbersFor(const Shape& shape) {
  return Numbers(kPositions,
                 (shape.heads + 2 * shape.kv_heads) * shape.columns);
}

// The whole of qkv in calls of `step` positions.
at::Tensor Attend(Ops& ops, DType dtype, const Shape& shape,
                  const AttentionOptions& options, const at::Tensor& qkv,
                  int64_t step = kPositions) {
  AttentionOptions on_device = options;
  if (options.key_bias.defined()) {
    on_device.key_bias = ops.ToDevice(options.key_bias);
  }
  CacheLayer cache = ops.NewCacheLayer(3, shape.kv_heads, shape.columns, dtype);
  Segment segment;
  segment.blocks = {2, 0, 1};
  const at::Tensor rows = ops.ToDevice(qkv);
  const at::Tensor out = ops.NewRows(kPositions, shape.heads * shape.columns);
  for (int64_t p = 0; p < kPositions; p += step) {
    segment.first_position = p;
    segment.rows = std::min(step, kPositions - p);
    ops.Attend(rows.narrow(0, p, segment.rows), {segment}, on_device, cache,
               out.narrow(0, p, segment.rows));
  }
  return out.to(at::kCPU);
}

bool SameBits(const at::Tensor& a, const at::Tensor& b) {
  return std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

// What the kernel would give with exact sums: probabilities are rounded as they
// are when their step has just been seen.
class Reference {
 public:
  Reference(const Shape& shape, const AttentionOptions& options,
            const at::Tensor& qkv)
      : shape_(shape), options_(options), qkv_(qkv) {}

  std::vector<double> Row(int64_t position, int64_t head) const {
    const int64_t step_keys = shape_.columns <= 128 ? 64 : 32;
    const int64_t first =
        shape_.window == 0 ? 0
                           : std::max<int64_t>(0, position + 1 - shape_.window);
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    std::vector<double> out(shape_.columns);
    for (int64_t key = first; key <= position;) {
      const int64_t end =
          std::min(position + 1, (key / step_keys + 1) * step_keys);
      double now = largest;
      for (int64_t k = key; k < end; ++k) {
        now = std::max(now, Score(position, head, k));
      }
      sum *= std::exp(largest - now);
      for (double& x : out) x *= std::exp(largest - now);
      largest = now;
      for (; key < end; ++key) {
        const double p =
            Rounded(std::exp(Score(position, head, key) - largest));
        sum += p;
        const float* value = At(key, 1, head);
        for (int64_t i = 0; i < shape_.columns; ++i) out[i] += p * value[i];
      }
    }
    for (double& x : out) x /= sum;
    return out;
  }

 private:
  // The key of a position that the head sees; with which = 1, the value.
  const float* At(int64_t position, int which, int64_t head) const {
    const int64_t group = shape_.heads / shape_.kv_heads;
    return qkv_.data_ptr<float>() + position * qkv_.size(1) +
           (shape_.heads + which * shape_.kv_heads + head / group) *
               shape_.columns;
  }
  double Score(int64_t position, int64_t head, int64_t key) const {
    const float* q = qkv_.data_ptr<float>() + position * qkv_.size(1) +
                     head * shape_.columns;
    const float* k = At(key, 0, head);
    double score = 0;
    for (int64_t i = 0; i < shape_.columns; ++i) {
      score += static_cast<double>(q[i]) * k[i];
    }
    score *= options_.scale;
    if (options_.soft_cap != 0) {
      score = options_.soft_cap * std::tanh(score / options_.soft_cap);
    }
    if (options_.key_bias.defined()) {
      score += options_.key_bias
                   .data_ptr<float>()[head * options_.key_bias.size(1) + key];
    }
    return score;
  }

  const Shape& shape_;
  const AttentionOptions& options_;
  const at::Tensor& qkv_;
};

class AttendMmaTest : public testing::TestWithParam<Shape> {};

TEST_P(AttendMmaTest, IsTheReferencesAndNearThePlainKernels) {
  const Shape& shape = GetParam();
  const AttentionOptions options = OptionsOf(shape);
  const at::Tensor qkv = Rounded(NumbersFor(shape));

  const std::unique_ptr<Ops> ops = NewTestDevice(2);
  const at::Tensor ours = Attend(*ops, DType::kBFloat16, shape, options, qkv);
  const at::Tensor plain = Attend(*ops, DType::kFloat32, shape, options, qkv);
  const Reference reference(shape, options, qkv);
  double largest = 0, sum = 0, from_plain = 0;
  for (int64_t i = 0; i < kPositions * shape.heads; ++i) {
    const std::vector<double> row =
        reference.Row(i / shape.heads, i % shape.heads);
    for (int64_t c = 0; c < shape.columns; ++c) {
      const float x = ours.data_ptr<float>()[i * shape.columns + c];
      ASSERT_TRUE(std::isfinite(x)) << "row " << i;
      largest = std::max(largest, std::abs(x - row[c]));
      sum += std::abs(x - row[c]);
      const double y = plain.data_ptr<float>()[i * shape.columns + c];
      from_plain = std::max(from_plain, std::abs(x - y));
    }
  }
  // One probability in some thousands is rounded the other way than the
  // reference's, 2^-8 of it apart at most.
  EXPECT_LT(sum / static_cast<double>(ours.numel()), 2e-6);
  EXPECT_LT(largest, 0.005);
  EXPECT_LT(from_plain, 0.02);
  EXPECT_GT(from_plain, 0) << "one kernel did both";
}

TEST_P(AttendMmaTest, BitsDoNotDependOnHowATextIsCut) {
  const Shape& shape = GetParam();
  const AttentionOptions options = OptionsOf(shape);
  const at::Tensor qkv = NumbersFor(shape);
  const std::unique_ptr<Ops> ops = NewTestDevice(2);
  const at::Tensor at_once =
      Attend(*ops, DType::kBFloat16, shape, options, qkv);
  for (int64_t step : {1, 37, 64, 101}) {
    EXPECT_TRUE(SameBits(
        Attend(*ops, DType::kBFloat16, shape, options, qkv, step), at_once))
        << "in steps of " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, AttendMmaTest,
    testing::Values(Shape{"narrow", 4, 2, 16, 0, 0, false},
                    Shape{"grouped", 6, 2, 64, 0, 0, false},
                    Shape{"full", 2, 2, 80, 0, 0, false},
                    Shape{"usual", 4, 1, 128, 0, 0, false},
                    Shape{"wide", 2, 1, 192, 0, 0, false},
                    Shape{"widest", 2, 1, 256, 0, 0, false},
                    Shape{"window", 4, 2, 32, 70, 0, false},
                    Shape{"wide_window", 2, 1, 256, 40, 0, false},
                    Shape{"soft_cap", 4, 2, 32, 0, 2, false},
                    Shape{"alibi", 6, 3, 16, 0, 0, true},
                    Shape{"all", 6, 2, 48, 50, 3, true},
                    Shape{"many_heads", 70, 1, 16, 0, 0, false}),
    [](const testing::TestParamInfo<Shape>& info) {
      return std::string(info.param.name);
    });

}  // namespace
}  // namespace sn37::eval
