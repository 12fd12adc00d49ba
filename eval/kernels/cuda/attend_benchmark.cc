// Why attention in bfloat16 has a kernel for the matrix units: its rate beside
// the plain kernel's, which is the one in float32. One layer of an 8B Llama's
// shape scores 4096 tokens: 32 heads of 128 columns, 8 for keys and values.
//
// For a GPU: SN37_TEST_DEVICE=cuda (eval/kernels/test_device.h). It was not
// measured on one yet.

#include <ATen/ops/empty.h>

#include <cstdint>
#include <memory>

#include "benchmark/benchmark.h"
#include "eval/kernels/test_device.h"

namespace sn37::eval {
namespace {

constexpr int64_t kTokens = 4096, kHeads = 32, kKvHeads = 8, kHeadDim = 128;

void BM_Attend(benchmark::State& state) {
  const std::unique_ptr<Ops> ops = NewTestDevice(2);
  CacheLayer cache = ops->NewCacheLayer(
      kTokens / 64, kKvHeads, kHeadDim,
      state.range(0) == 16 ? DType::kBFloat16 : DType::kFloat32);
  const at::Tensor qkv = ops->ToDevice(
      at::empty({kTokens, (kHeads + 2 * kKvHeads) * kHeadDim}, at::kFloat)
          .fill_(0.5));
  const at::Tensor out = ops->NewRows(kTokens, kHeads * kHeadDim);
  AttentionOptions options;
  options.heads = kHeads;
  Segment segment;
  segment.rows = kTokens;
  for (int32_t b = 0; b < kTokens / 64; ++b) segment.blocks.push_back(b);
  for (auto _ : state) {
    ops->Attend(qkv, {segment}, options, cache, out);
    benchmark::DoNotOptimize(out.narrow(0, 0, 1).to(at::kCPU));  // it is done
  }
  // Two products with each key that a row sees, its own included.
  constexpr double kFlops =
      4.0 * kHeads * kHeadDim * kTokens * (kTokens + 1) / 2;
  state.counters["TFLOP/s"] = benchmark::Counter(
      kFlops * 1e-12, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_Attend)->ArgName("bits")->Arg(16)->Arg(32)->UseRealTime()->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace sn37::eval
