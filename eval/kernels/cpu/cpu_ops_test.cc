// What holds of the CPU's operations alone; the rest is eval/kernels/ops_test.

#include "eval/kernels/cpu/cpu_ops.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cstring>
#include <memory>
#include <random>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

at::Tensor RandomTensor(std::mt19937& random, at::IntArrayRef shape) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  std::normal_distribution<float> normal;
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    tensor.data_ptr<float>()[i] = normal(random);
  }
  return tensor;
}

TEST(CpuOpsTest, InstructionSetsGiveTheSameBits) {
  std::mt19937 random(11);
  const at::Tensor x = RandomTensor(random, {20, 300});
  const at::Tensor w = RandomTensor(random, {100, 300});
  at::Tensor results[2];
  int i = 0;
  for (const CpuKernels* kernels : {BestKernels(), Avx2Kernels()}) {
    ASSERT_NE(kernels, nullptr);
    const std::unique_ptr<Ops> ops = NewCpuOps(1, *kernels);
    const Matrix matrix = ops->Pack({{w, 0, 100}}, DType::kBFloat16);
    LinearOptions options;
    options.activation = Activation::kGeluTanh;
    results[i] = at::empty({20, 100}, at::kFloat);
    ops->Linear(x, matrix, options, results[i++]);
  }
  EXPECT_EQ(std::memcmp(results[0].data_ptr(), results[1].data_ptr(),
                        results[0].nbytes()),
            0);
}

TEST(CpuOpsTest, WeightsStoredInBFloat16TakeNoMoreMemoryInARunInFloat32) {
  const std::unique_ptr<Ops> ops = NewCpuOps(1, *BestKernels());
  const at::Tensor wide = at::zeros({64, 30}, at::kFloat);
  const at::Tensor narrow = wide.to(at::kBFloat16);
  const auto bytes = [&](absl::Span<const RowSlice> slices, DType dtype) {
    return ops->Pack(slices, dtype).data.nbytes();
  };
  EXPECT_EQ(bytes({{narrow, 0, 64}}, DType::kFloat32), 64 * 30 * 2);
  EXPECT_EQ(bytes({{narrow, 0, 32}, {wide, 0, 32}}, DType::kFloat32),
            64 * 30 * 4);
}

}  // namespace
}  // namespace sn37::eval
