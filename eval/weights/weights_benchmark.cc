// How long a model of 135 million parameters takes to open and to measure, its
// files being in the page cache.
//
//   tools/bazel run //eval/weights:weights_benchmark
#include <string>

#include "benchmark/benchmark.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/weight_facts.h"

namespace sn37::eval {
namespace {

constexpr char kSmollm2[] = "eval/weights/smollm2";

void BM_Open(benchmark::State& state) {
  for (auto _ : state) {
    const auto weights = SafeTensors::Open(kSmollm2);
    if (!weights.ok()) {
      state.SkipWithError(weights.status().ToString().c_str());
      return;
    }
    benchmark::DoNotOptimize(weights->bytes());
  }
}
BENCHMARK(BM_Open)->Unit(benchmark::kMillisecond);

void BM_Measure(benchmark::State& state) {
  const auto config = ReadModelConfig(kSmollm2);
  const auto weights = SafeTensors::Open(kSmollm2);
  if (!config.ok() || !weights.ok()) {
    state.SkipWithError("no model");
    return;
  }
  const int threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(MeasureWeights(*weights, *config, threads).ok());
  }
  state.SetBytesProcessed(static_cast<int64_t>(weights->bytes()) *
                          static_cast<int64_t>(state.iterations()));
}
BENCHMARK(BM_Measure)
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sn37::eval
