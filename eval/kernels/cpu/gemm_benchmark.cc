// Why there is an own product: its rate beside LIBXSMM's and libtorch's, one
// thread each, on the shapes of a 135M model.
//
// Best rates on one core of an Ice Lake Xeon at 2.8 GHz (AVX-512, no bfloat16
// instructions), in GFLOP/s:
//
//   outputs × inputs, rows       ours        LIBXSMM   libtorch
//                         float32  bfloat16  float32    float32
//   1536 × 576, 64            179       171      176        141
//   576 × 1536, 360           181       181      188        173
//   49152 × 576, 64           143       150      127         94
//
// and on one core of an EPYC (Zen 4) at 3.6 GHz, which has AVX512_BF16: ours in
// bfloat16 rounds the rows there and multiplies pairs, of which a core can do
// 230; of single numbers 115:
//
//   outputs × inputs, rows       ours        LIBXSMM       libtorch
//                         float32  bfloat16  float32  float32  bfloat16
//   1536 × 576, 64            112       217      114       83       201
//   576 × 1536, 360           110       211      112       88       217
//   49152 × 576, 64           103       197      104       57       156
//
// The bits of libtorch's depend on the number of rows; in bfloat16 it reaches
// 34 on the Xeon. LIBXSMM has nothing for bfloat16 weights with float32 rows,
// does not say in which order it adds, and generates code while it runs; ours
// widens weights as it goes, adds in one order, and finishes bias, activation
// and gate in the same pass.

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <libxsmm.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "eval/kernels/cpu/kernels.h"

namespace sn37::eval {
namespace {

struct Shape {
  size_t outputs, inputs, rows;
  explicit Shape(const benchmark::State& state)
      : outputs(state.range(0)), inputs(state.range(1)), rows(state.range(2)) {}
};

void SetRate(benchmark::State& state, const Shape& shape) {
  const double flops = 2.0 * static_cast<double>(shape.outputs) *
                       static_cast<double>(shape.inputs * shape.rows);
  state.counters["GFLOP/s"] = benchmark::Counter(
      flops * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
}

at::Tensor Filled(size_t count, float value, at::ScalarType type) {
  return at::empty({static_cast<int64_t>(count)}, at::kFloat)
      .fill_(value)
      .to(type);
}

// x (rows, depth) as panels of this layout take it; `pairs` holds what is made.
Rows InputOf(const CpuKernels& kernels, Layout layout, const at::Tensor& x,
             const Shape& shape, std::vector<uint32_t>& pairs) {
  const float* from = x.data_ptr<float>();
  if (layout != Layout::kBFloat16Pairs) return {from, shape.inputs};
  const size_t stride = PairWords(shape.inputs);
  pairs.resize(shape.rows * stride);
  for (size_t r = 0; r < shape.rows; ++r) {
    kernels.pair_row(from + r * shape.inputs, shape.inputs, &pairs[r * stride]);
  }
  return {pairs.data(), stride};
}

template <bool kBFloat16>
void BM_Ours(benchmark::State& state) {
  const Shape shape(state);
  const CpuKernels& kernels = *BestKernels();
  const at::Tensor weights = Filled(shape.outputs * shape.inputs, 0.5f,
                                    kBFloat16 ? at::kBFloat16 : at::kFloat);
  const at::Tensor x = Filled(shape.rows * shape.inputs, 0.5f, at::kFloat);
  at::Tensor out = Filled(shape.rows * shape.outputs, 0, at::kFloat);
  at::Tensor scratch = Filled(CpuKernels::kLinearScratch, 0, at::kFloat);
  const char* panels = static_cast<const char*>(weights.data_ptr());
  const size_t row_bytes = shape.inputs * (kBFloat16 ? 2 : 4);  // of an output
  const Layout layout = kBFloat16 ? kernels.bfloat16 : Layout::kFloat32;
  std::vector<uint32_t> pairs;
  for (auto _ : state) {
    const Rows input = InputOf(kernels, layout, x, shape, pairs);
    for (size_t r = 0; r < shape.rows; r += kMaxTaskRows) {
      for (size_t j = 0; j < shape.outputs; j += kPanelWidth) {
        LinearTask task;
        task.x = {static_cast<const uint32_t*>(input.data) + r * input.stride,
                  input.stride};
        task.depth = shape.inputs;
        task.rows = std::min(kMaxTaskRows, shape.rows - r);
        const size_t next = (j + kPanelWidth) % shape.outputs;
        task.panel = {panels + j * row_bytes, layout,
                      panels + next * row_bytes};
        task.out = out.data_ptr<float>() + r * shape.outputs + j;
        task.out_stride = shape.outputs;
        kernels.linear(task, scratch.data_ptr<float>());
      }
    }
    benchmark::ClobberMemory();
  }
  SetRate(state, shape);
}

// Panels of 64 outputs, rows as they lie, the whole depth in one call.
void BM_LibxsmmFloat32(benchmark::State& state) {
  const Shape shape(state);
  const at::Tensor weights =
      Filled(shape.outputs * shape.inputs, 0.5f, at::kFloat);
  const at::Tensor x = Filled(shape.rows * shape.inputs, 0.5f, at::kFloat);
  at::Tensor out = Filled(shape.rows * shape.outputs, 0, at::kFloat);
  const size_t kRows = 32;
  const int panel = kPanelWidth, depth = static_cast<int>(shape.inputs);
  const int stride = static_cast<int>(shape.outputs);
  const float alpha = 1, beta = 0;
  const auto kernel_for = [&](size_t rows) {
    return libxsmm_smmdispatch(panel, static_cast<int>(rows), depth, &panel,
                               &depth, &stride, &alpha, &beta, nullptr,
                               nullptr);
  };
  const auto full = kernel_for(kRows);
  const auto rest = kernel_for(std::max<size_t>(1, shape.rows % kRows));
  if (full == nullptr || rest == nullptr) {
    state.SkipWithError("LIBXSMM has no such kernel");
    return;
  }
  for (auto _ : state) {
    for (size_t j = 0; j < shape.outputs; j += kPanelWidth) {
      for (size_t r = 0; r < shape.rows; r += kRows) {
        const auto kernel = shape.rows - r >= kRows ? full : rest;
        kernel(weights.data_ptr<float>() + j * shape.inputs,
               x.data_ptr<float>() + r * shape.inputs,
               out.data_ptr<float>() + r * shape.outputs + j);
      }
    }
    benchmark::ClobberMemory();
  }
  SetRate(state, shape);
}

template <at::ScalarType kType>
void BM_Libtorch(benchmark::State& state) {
  const Shape shape(state);
  at::set_num_threads(1);
  const auto sizes = [](size_t a, size_t b) {
    return std::vector<int64_t>{static_cast<int64_t>(a),
                                static_cast<int64_t>(b)};
  };
  const at::Tensor w = Filled(shape.outputs * shape.inputs, 0.5f, kType)
                           .reshape(sizes(shape.outputs, shape.inputs));
  const at::Tensor x = Filled(shape.rows * shape.inputs, 0.5f, kType)
                           .reshape(sizes(shape.rows, shape.inputs));
  for (auto _ : state) benchmark::DoNotOptimize(at::linear(x, w));
  SetRate(state, shape);
}

// Our own inner loop on data that never leaves the first-level cache.
void BM_FirstLevelCache(benchmark::State& state) {
  const CpuKernels& kernels = *BestKernels();
  const size_t kDepth = 96;  // panel and rows stay in the first-level cache
  const at::Tensor weights = Filled(kDepth * kPanelWidth, 0.5f, at::kFloat);
  const at::Tensor x = Filled(6 * kDepth, 0.5f, at::kFloat);
  at::Tensor out = Filled(6 * kPanelWidth, 0, at::kFloat);
  at::Tensor scratch = Filled(CpuKernels::kLinearScratch, 0, at::kFloat);
  LinearTask task;
  task.x = {x.data_ptr(), kDepth};
  task.depth = kDepth;
  task.rows = 6;
  task.panel = {weights.data_ptr(), Layout::kFloat32};
  task.out = out.data_ptr<float>();
  task.out_stride = kPanelWidth;
  for (auto _ : state) kernels.linear(task, scratch.data_ptr<float>());
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * 6 * kDepth * kPanelWidth,
                         benchmark::Counter::kIsIterationInvariantRate);
}

void Shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"outputs", "inputs", "rows"});
  for (int rows : {1, 64, 360}) b->Args({1536, 576, rows});
  b->Args({576, 1536, 360})->Args({49152, 576, 1})->Args({49152, 576, 64});
}

BENCHMARK(BM_FirstLevelCache);
BENCHMARK_TEMPLATE(BM_Ours, false)->Apply(Shapes);
BENCHMARK_TEMPLATE(BM_Ours, true)->Apply(Shapes);
BENCHMARK(BM_LibxsmmFloat32)->Apply(Shapes);
BENCHMARK_TEMPLATE(BM_Libtorch, at::kFloat)->Apply(Shapes);
BENCHMARK_TEMPLATE(BM_Libtorch, at::kBFloat16)->Apply(Shapes);

}  // namespace
}  // namespace sn37::eval
