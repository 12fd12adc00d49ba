// What holds of the CPU's operations alone; the rest is eval/kernels/ops_test.

#include "eval/kernels/cpu/cpu_ops.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "eval/kernels/cpu/played_kernels.h"
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

// gelu(x · wᵀ) by a table of kernels.
at::Tensor Products(const CpuKernels& kernels, const at::Tensor& x,
                    const at::Tensor& w, DType dtype) {
  const std::unique_ptr<Ops> ops = NewCpuOps(1, kernels);
  const Matrix matrix = ops->Pack({{w, 0, w.size(0)}}, dtype);
  LinearOptions options;
  options.activation = Activation::kGeluTanh;
  const at::Tensor out = at::empty({x.size(0), w.size(0)}, at::kFloat);
  ops->Linear(x, matrix, options, out);
  return out;
}

bool SameBits(const at::Tensor& a, const at::Tensor& b) {
  return std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0;
}

// All but products with pairs, which only runs in bfloat16 have.
TEST(CpuOpsTest, InstructionSetsGiveTheSameBits) {
  std::mt19937 random(11);
  const at::Tensor x = RandomTensor(random, {20, 301});
  const at::Tensor wide = RandomTensor(random, {100, 301});
  const at::Tensor narrow = wide.to(at::kBFloat16);
  std::vector<const CpuKernels*> tables = {BestKernels()};
  if (BestKernels() != Avx2Kernels()) {
    tables.push_back(Avx512Kernels());
    tables.push_back(PlayedAvx512Bf16Kernels());
  }
  for (const CpuKernels* kernels : tables) {
    for (const at::Tensor& w : {wide, narrow}) {
      for (DType dtype : {DType::kFloat32, DType::kBFloat16}) {
        if (dtype == DType::kBFloat16 && kernels->bfloat16 != Layout::kBFloat16)
          continue;
        EXPECT_TRUE(SameBits(Products(*kernels, x, w, dtype),
                             Products(*Avx2Kernels(), x, w, dtype)))
            << kernels->name;
      }
    }
  }
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
