// Products in bfloat16 of the shapes that real models have, on a GPU: the first
// and the last rows have the same bits however many there are, and cuBLASLt
// does them.

#include <ATen/ops/empty.h>
#include <c10/util/BFloat16.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "eval/kernels/cuda/cublas_lt.h"
#include "eval/kernels/test_device.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

constexpr int64_t kMostRows = 4096;

// Numbers in [-1, 1) that look random.
template <typename Number>
at::Tensor Numbers(int64_t rows, int64_t columns, at::ScalarType type) {
  at::Tensor tensor = at::empty({rows, columns}, type);
  Number* numbers = tensor.data_ptr<Number>();
  uint64_t state = 7;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    state = state * 6364136223846793005 + 1442695040888963407;
    numbers[i] =
        static_cast<float>(static_cast<int64_t>(state) >> 40) * 0x1p-23f;
  }
  return tensor;
}

class GpuProductsTest
    : public testing::TestWithParam<std::pair<int64_t, int64_t>> {
 protected:
  std::unique_ptr<Ops> ops_ = NewTestDevice(2);
};

TEST_P(GpuProductsTest, BitsDoNotDependOnTheNumberOfRows) {
  const auto [outputs, inputs] = GetParam();
  const at::Tensor w = Numbers<at::BFloat16>(outputs, inputs, at::kBFloat16);
  const Matrix matrix = ops_->Pack({{w, 0, outputs}}, DType::kBFloat16);
  const at::Tensor x =
      ops_->ToDevice(Numbers<float>(kMostRows, inputs, at::kFloat));
  const auto product = [&](int64_t first, int64_t rows) {
    const at::Tensor out = ops_->NewRows(rows, outputs);
    ops_->Linear(x.narrow(0, first, rows), matrix, {}, out);
    return out.to(at::kCPU);
  };
  const at::Tensor all = product(0, kMostRows);
  for (int64_t rows : {1, 128, 129, 1024}) {
    for (int64_t first : {int64_t{0}, kMostRows - rows}) {
      const at::Tensor some = product(first, rows);
      EXPECT_EQ(
          std::memcmp(some.data_ptr(), all.narrow(0, first, rows).data_ptr(),
                      some.nbytes()),
          0)
          << rows << " rows from " << first;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    OutputsAndInputs, GpuProductsTest,
    testing::Values(std::pair(4096, 4096), std::pair(28672, 4096),
                    std::pair(4096, 14336), std::pair(8192, 576),
                    std::pair(5376, 4096), std::pair(1105, 768)));

// The plain kernel would pass all other tests, many times slower.
TEST(GpuCublasLtTest, DoesTheUsualShape) {
  const std::unique_ptr<Ops> ops = NewTestDevice(1);
  constexpr int64_t kRows = CublasLt::kRowMultiple, kSize = 4096;
  const auto cublas_lt = CublasLt::Create();
  ASSERT_TRUE(cublas_lt.ok()) << cublas_lt.status();
  const at::Tensor x =
      ops->ToDevice(Numbers<at::BFloat16>(kRows, kSize, at::kBFloat16));
  const at::Tensor w =
      ops->ToDevice(Numbers<at::BFloat16>(kSize, kSize, at::kBFloat16));
  const at::Tensor y = ops->NewRows(kRows, kSize);
  const auto done = (*cublas_lt)
                        ->Multiply(x.data_ptr(), w.data_ptr(), kRows, kSize,
                                   kSize, y.data_ptr<float>());
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(*done);
}

}  // namespace
}  // namespace sn37::eval
