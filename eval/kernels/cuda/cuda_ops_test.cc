// How the operations use cuBLASLt; the rest is //eval/kernels:ops_test.

#include "eval/kernels/cuda/cuda_ops.h"

#include <ATen/ops/empty.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "eval/kernels/cuda/emulated_kernels.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

// Notes what it is asked, and answers 100 · row + output, so that one can tell
// where a number came from. Has no algorithm for 5 outputs, and no memory
// for 6.
class FakeCublasLt : public CublasLt {
 public:
  struct Call {
    int64_t rows, outputs, inputs;
    std::vector<float> x;
  };

  explicit FakeCublasLt(std::vector<Call>* calls) : calls_(*calls) {}

  absl::StatusOr<bool> Multiply(const void* x, const void*, int64_t rows,
                                int64_t outputs, int64_t inputs,
                                float* y) override {
    const auto* numbers = static_cast<const at::BFloat16*>(x);
    calls_.push_back(
        {rows, outputs, inputs, {numbers, numbers + rows * inputs}});
    if (outputs == 5) return false;
    if (outputs == 6) return absl::ResourceExhaustedError("no memory");
    for (int64_t i = 0; i < rows * outputs; ++i) {
      y[i] = static_cast<float>(100 * (i / outputs) + i % outputs);
    }
    return true;
  }
  int64_t version() const override { return 1; }

 private:
  std::vector<Call>& calls_;
};

class CudaOpsTest : public testing::Test {
 protected:
  at::Tensor Linear(int64_t rows, int64_t outputs, DType dtype) {
    const at::Tensor x = at::empty({rows, 8}, at::kFloat).fill_(0.5);
    const at::Tensor w = at::empty({outputs, 8}, at::kFloat).fill_(2);
    const at::Tensor out = ops_->NewRows(rows, outputs);
    ops_->Linear(x, ops_->Pack({{w, 0, outputs}}, dtype), {}, out);
    return out;
  }

  std::vector<FakeCublasLt::Call> calls_;
  std::unique_ptr<Ops> ops_ =
      NewCudaOps(EmulatedKernels(), at::kCPU,
                 std::make_unique<FakeCublasLt>(&calls_), "test");
};

TEST_F(CudaOpsTest, ProductsInBFloat16AreOfPaddedRows) {
  const at::Tensor out = Linear(130, 4, DType::kBFloat16);
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(calls_[0].rows, 256);
  EXPECT_EQ(calls_[0].outputs, 4);
  EXPECT_EQ(calls_[0].inputs, 8);
  EXPECT_EQ(calls_[0].x[130 * 8 - 1], 0.5f);
  for (size_t i = 130 * 8; i < calls_[0].x.size(); ++i) {
    ASSERT_EQ(calls_[0].x[i], 0.0f);
  }
  EXPECT_EQ(out.data_ptr<float>()[129 * 4 + 3], 12903.0f);
}

TEST_F(CudaOpsTest, WhatCublasLtRefusesThePlainKernelDoes) {
  const at::Tensor out = Linear(3, 5, DType::kBFloat16);
  EXPECT_EQ(calls_.size(), 1u);
  for (int i = 0; i < 15; ++i) EXPECT_EQ(out.data_ptr<float>()[i], 8.0f);
}

TEST_F(CudaOpsTest, MemoryThatRunsOutHasLibtorchsExceptionForIt) {
  EXPECT_THROW(Linear(3, 6, DType::kBFloat16), c10::OutOfMemoryError);
  CudaKernels full = EmulatedKernels();
  full.add = [](const AddArgs&) { return kNoMemory; };
  full.norm = [](const NormArgs&) { return kNoMemory + 1; };
  const auto ops = NewCudaOps(full, at::kCPU, nullptr, "test");
  const at::Tensor x = at::empty({3, 8}, at::kFloat).fill_(1);
  EXPECT_THROW(ops->Add(x, x), c10::OutOfMemoryError);
  NormWeights weights;
  weights.weight = at::empty({8}, at::kFloat).fill_(1);
  try {
    ops->Norm(x, weights, x);
    ADD_FAILURE() << "an error was passed over";
  } catch (const c10::OutOfMemoryError&) {
    ADD_FAILURE() << "another error";
  } catch (const c10::Error&) {
  }
}

TEST_F(CudaOpsTest, Float32IsThePlainKernels) {
  const at::Tensor out = Linear(3, 4, DType::kFloat32);
  EXPECT_TRUE(calls_.empty());
  for (int i = 0; i < 12; ++i) EXPECT_EQ(out.data_ptr<float>()[i], 8.0f);
}

// Sizes of the copies to the device.
std::vector<int64_t> uploads;

TEST_F(CudaOpsTest, APicksRulesAreOneCopyWithEqualSetsOnce) {
  CudaKernels kernels = EmulatedKernels();
  kernels.upload = [](const void* host, int64_t bytes, void* device) {
    uploads.push_back(bytes);
    return EmulatedKernels().upload(host, bytes, device);
  };
  const auto ops = NewCudaOps(kernels, at::kCPU, nullptr, "test");
  const at::Tensor w = at::empty({128, 8}, at::kFloat).fill_(0);
  const Matrix head = ops->Pack({{w, 0, 128}}, DType::kFloat32);
  const std::vector<uint64_t> seen = {1, 0}, two = {3, 0}, same_two = {3, 0};
  std::vector<PickRule> rules(3);
  rules[0].seen = seen.data();
  rules[0].banned = two.data();
  rules[1].banned = same_two.data();
  uploads.clear();
  const at::Tensor x = at::empty({3, 8}, at::kFloat).fill_(1);
  EXPECT_EQ(ops->Pick(x, rules, head, {}), std::vector<int32_t>({2, 2, 0}));
  // Two places and half a penalty for each row, and two sets of two words.
  EXPECT_EQ(uploads, std::vector<int64_t>({8 * (3 + 3 + 2 + 2 + 2)}));
}

TEST_F(CudaOpsTest, AttentionTakesAnyNumberOfHeads) {
  constexpr int64_t kHeads = 65536;  // one more than a grid's y has
  CacheLayer cache = ops_->NewCacheLayer(1, kHeads, 1, DType::kBFloat16);
  const at::Tensor qkv = at::empty({1, 3 * kHeads}, at::kFloat);
  for (int64_t i = 0; i < 3 * kHeads; ++i) {
    qkv.data_ptr<float>()[i] = static_cast<float>(i % 7);
  }
  Segment segment;
  segment.rows = 1;
  segment.blocks = {0};
  AttentionOptions options;
  options.heads = kHeads;
  const at::Tensor out = ops_->NewRows(1, kHeads);
  ops_->Attend(qkv, {segment}, options, cache, out);
  const float* values = qkv.data_ptr<float>() + 2 * kHeads;
  EXPECT_TRUE(std::equal(values, values + kHeads, out.data_ptr<float>()));
}

// The ids of a tile are part of the answer, so they do not depend on the rows.
TEST_F(CudaOpsTest, TheHeadGoesThroughTheVocabularyInFixedTiles) {
  const at::Tensor w = at::empty({9000, 8}, at::kFloat).fill_(0);
  const Matrix head = ops_->Pack({{w, 0, 9000}}, DType::kBFloat16);
  for (int64_t rows : {1, 1025}) {
    calls_.clear();
    const at::Tensor x = at::empty({rows, 8}, at::kFloat).fill_(1);
    ops_->Score(x, std::vector<int32_t>(rows), head, {});
    ASSERT_EQ(calls_.size(), rows == 1 ? 2u : 4u);
    for (size_t i = 0; i < calls_.size(); ++i) {
      EXPECT_EQ(calls_[i].outputs, i % 2 == 0 ? 8192 : 808);
    }
  }
}

}  // namespace
}  // namespace sn37::eval
