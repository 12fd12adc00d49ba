// Products of bfloat16 pairs: the instruction VDPBF16PS where the processor has
// it, and its play, against a model of it in scalars.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <random>
#include <vector>

#include "eval/kernels/cpu/kernels.h"
#include "eval/kernels/cpu/played_kernels.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

bool HasInstruction() { return BestKernels() == Avx512Bf16Kernels(); }
bool HasAvx512() { return BestKernels() != Avx2Kernels(); }

uint32_t Bits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}
float FromBf16(uint16_t half) {
  const uint32_t bits = uint32_t{half} << 16;
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}
// Which NaN comes out is nobody's concern.
bool Same(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || Bits(a) == Bits(b);
}

float WithoutDenormal(float x) {
  return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x;
}

// a · b + c as Intel documents it (Software Developer's Manual, VDPBF16PS): one
// rounding to the nearest even, denormals zero in and out. The product of two
// bfloat16 is exact in double, and the sum's error too: a sum that is rounded
// to odd can be rounded again without harm.
float DocumentedFma(float a, float b, float c) {
  const double product =
      static_cast<double>(WithoutDenormal(a)) * WithoutDenormal(b);
  const double addend = WithoutDenormal(c);
  double sum = product + addend;
  if (!std::isfinite(sum)) return static_cast<float>(sum);
  const double rest = sum - product;
  const double error = (product - (sum - rest)) + (addend - rest);
  uint64_t bits;
  std::memcpy(&bits, &sum, 8);
  if (error != 0 && bits % 2 == 0) {
    sum = std::nextafter(sum, error > 0 ? HUGE_VAL : -HUGE_VAL);
  }
  // What 24 bits of any exponent would leave below the smallest normal number.
  if (std::abs(sum) < 0x1p-126 - 0x1p-151) return std::copysign(0.0f, sum);
  return static_cast<float>(sum);
}

// Numbers whose products and sums meet every limit.
std::vector<uint16_t> Halves(std::mt19937& random, size_t count) {
  const uint16_t kSpecial[] = {0x0000, 0x8000, 0x0001, 0x807f, 0x0080, 0x80ff,
                               0x3f80, 0xbf80, 0x3f81, 0x7f7f, 0xff7f, 0x7f80,
                               0xff80, 0x7fc1, 0x2000, 0x2001, 0x1fff, 0xa001};
  std::vector<uint16_t> halves(count);
  for (uint16_t& half : halves) {
    const uint32_t kind = random() % 8;
    if (kind == 0) {
      half = kSpecial[random() % std::size(kSpecial)];
    } else if (kind == 1) {
      half = static_cast<uint16_t>(random());
    } else if (kind < 5) {
      // Near the square root of the smallest normal number.
      half = static_cast<uint16_t>((random() & 0x81ff) | 0x1f00);
    } else {
      half = static_cast<uint16_t>((random() & 0x81ff) | 0x3f00);
    }
  }
  return halves;
}

// x (rows, depth) as the kernels take it.
std::vector<uint32_t> PairRows(const CpuKernels& kernels,
                               const std::vector<float>& x, size_t rows,
                               size_t depth) {
  std::vector<uint32_t> pairs(rows * PairWords(depth), 0xdeadbeef);
  for (size_t row = 0; row < rows; ++row) {
    kernels.pair_row(&x[row * depth], depth, &pairs[row * PairWords(depth)]);
  }
  return pairs;
}

// x (rows, depth) times one panel.
std::vector<float> Multiply(const CpuKernels& kernels,
                            const std::vector<float>& x, size_t rows,
                            const std::vector<uint16_t>& panel, size_t depth) {
  std::vector<float> scratch(CpuKernels::kLinearScratch);
  std::vector<float> out(rows * kPanelWidth);
  const std::vector<uint32_t> pairs = PairRows(kernels, x, rows, depth);
  LinearTask task;
  task.x = {pairs.data(), PairWords(depth)};
  task.rows = rows;
  task.depth = depth;
  task.panel = {panel.data(), Layout::kBFloat16Pairs};
  task.out = out.data();
  task.out_stride = kPanelWidth;
  kernels.linear(task, scratch.data());
  return out;
}

// weights[k · 64 + j], packed.
std::vector<uint16_t> Pack(const std::vector<uint16_t>& weights, size_t depth) {
  std::vector<uint16_t> panel(PaddedDepth(Layout::kBFloat16Pairs, depth) *
                              kPanelWidth);
  for (size_t k = 0; k < depth; ++k) {
    for (size_t j = 0; j < kPanelWidth; ++j) {
      panel[PanelOffset(Layout::kBFloat16Pairs, k, j)] =
          weights[k * kPanelWidth + j];
    }
  }
  return panel;
}

void ExpectDocumentedProducts(const CpuKernels& kernels) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    // Few terms for special numbers to survive; some with an odd one.
    const size_t depth = 1 + random() % 6;
    const std::vector<uint16_t> x = Halves(random, depth);
    const std::vector<uint16_t> w = Halves(random, depth * kPanelWidth);
    std::vector<float> row;
    for (uint16_t half : x) row.push_back(FromBf16(half));
    const std::vector<float> out =
        Multiply(kernels, row, 1, Pack(w, depth), depth);
    for (size_t j = 0; j < kPanelWidth; ++j) {
      const auto term = [&](size_t k, float sum) {
        return k < depth ? DocumentedFma(row[k],
                                         FromBf16(w[k * kPanelWidth + j]), sum)
                         : DocumentedFma(0, 0, sum);
      };
      float sum = 0;
      for (size_t k = 0; k < depth; k += 2) sum = term(k, term(k + 1, sum));
      ASSERT_TRUE(Same(out[j], sum))
          << std::hexfloat << out[j] << " instead of " << sum << ", round "
          << round << ", output " << j;
    }
  }
}

TEST(PairProductsTest, ThePlayIsAsDocumented) {
  if (!HasAvx512()) GTEST_SKIP() << "no AVX-512";
  ExpectDocumentedProducts(*PlayedAvx512Bf16Kernels());
}

TEST(PairProductsTest, TheInstructionIsAsDocumented) {
  if (!HasInstruction()) GTEST_SKIP() << "not run: no AVX512_BF16";
  ExpectDocumentedProducts(*Avx512Bf16Kernels());
}

TEST(PairProductsTest, TheInstructionAndItsPlayGiveTheSameBits) {
  if (!HasInstruction()) GTEST_SKIP() << "not run: no AVX512_BF16";
  std::mt19937 random(8);
  std::normal_distribution<float> normal;
  for (size_t depth : {1, 2, 63, 384, 385, 900}) {
    for (size_t rows : {1, 5, 6, 13, 192}) {
      std::vector<float> x(rows * depth);
      for (float& value : x) value = normal(random);
      const std::vector<uint16_t> panel =
          Pack(Halves(random, depth * kPanelWidth), depth);
      const auto played =
          Multiply(*PlayedAvx512Bf16Kernels(), x, rows, panel, depth);
      const auto real = Multiply(*Avx512Bf16Kernels(), x, rows, panel, depth);
      for (size_t i = 0; i < played.size(); ++i) {
        ASSERT_TRUE(Same(played[i], real[i])) << depth << " " << rows;
      }
    }
  }
}

// The vocabulary's panels one after the other, at an odd depth.
TEST(PairProductsTest, TheHeadTakesTheSameProducts) {
  if (!HasAvx512()) GTEST_SKIP() << "no AVX-512";
  std::mt19937 random(9);
  std::normal_distribution<float> normal;
  for (size_t depth : {5, 64, 401}) {
    std::vector<float> x(depth);
    for (float& value : x) value = normal(random);
    std::vector<uint16_t> panels;
    float largest = -HUGE_VALF;
    for (int panel = 0; panel < 3; ++panel) {
      std::vector<uint16_t> weights(depth * kPanelWidth);
      for (uint16_t& half : weights) {
        half = static_cast<uint16_t>(Bits(normal(random)) >> 16);
      }
      const std::vector<uint16_t> packed = Pack(weights, depth);
      panels.insert(panels.end(), packed.begin(), packed.end());
      for (float y :
           Multiply(*PlayedAvx512Bf16Kernels(), x, 1, packed, depth)) {
        largest = std::max(largest, y);
      }
    }
    for (const CpuKernels* kernels :
         {PlayedAvx512Bf16Kernels(), Avx512Bf16Kernels()}) {
      if (kernels == Avx512Bf16Kernels() && !HasInstruction()) continue;
      std::vector<float> scratch(CpuKernels::kLinearScratch);
      const std::vector<uint32_t> pairs = PairRows(*kernels, x, 1, depth);
      HeadTask::Fold fold;
      HeadTask task;
      task.x = {pairs.data(), PairWords(depth)};
      task.rows = 1;
      task.depth = depth;
      task.panels = {panels.data(), Layout::kBFloat16Pairs};
      task.ids = 3 * kPanelWidth;
      task.folds = &fold;
      kernels->head(task, scratch.data());
      EXPECT_EQ(fold.largest, largest) << kernels->name << " " << depth;
    }
  }
}

TEST(PairProductsTest, RowsAreRoundedToTheNearestEven) {
  if (!HasAvx512()) GTEST_SKIP() << "no AVX-512";
  const struct {
    float x, rounded;
  } kCases[] = {
      {1 + 0x1p-8f, 1},
      {1 + 0x1p-8f + 0x1p-20f, 1 + 0x1p-7f},
      {1 + 0x1.8p-7f, 1 + 0x1p-6f},
      {-1 - 0x1p-8f, -1},
      {std::numeric_limits<float>::max(), HUGE_VALF},
      {-HUGE_VALF, -HUGE_VALF},
      {NAN, NAN},
      // A NaN whose upper half alone would be an infinity.
      {std::nanf("1"), NAN},
  };
  const std::vector<uint16_t> one(kPanelWidth, 0x3f80);
  for (const auto& c : kCases) {
    const float out =
        Multiply(*PlayedAvx512Bf16Kernels(), {c.x}, 1, Pack(one, 1), 1)[0];
    EXPECT_TRUE(Same(out, c.rounded)) << out << " instead of " << c.rounded;
  }
}

}  // namespace
}  // namespace sn37::eval
