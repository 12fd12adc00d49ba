// What the engine costs on a real model: loading, scoring, generating.
//
//   engine_benchmark MODEL_FOLDER [--benchmark_filter=…]
//
// The requests are 64 reference-loss samples of the demo's kind: about 375
// tokens, the last 60 of them scored. Generation continues their beginnings.
// SN37_TEST_DEVICE names the device (eval/kernels/test_device.h); threads are
// the CPU's.

#include <sys/resource.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "eval/engine/batch_limits.h"
#include "eval/engine/engine.h"
#include "eval/engine/generator.h"
#include "eval/engine/testing/load_decoder.h"
#include "eval/kernels/test_device.h"
#include "nlohmann/json.hpp"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

std::string* model_folder = nullptr;

std::unique_ptr<Engine> Load(DType dtype, int threads) {
  auto engine =
      Engine::LoadOn(NewTestDevice(threads), *model_folder, {.dtype = dtype});
  SN37_CHECK(engine.ok()) << engine.status();
  return *std::move(engine);
}

DType DTypeOf(const benchmark::State& state) {
  return state.range(0) == 16 ? DType::kBFloat16 : DType::kFloat32;
}

std::vector<ScoreRequest> ScoreRequests() {
  auto text = ReadFile("eval/engine/testdata/bench_requests.json", 1 << 20);
  SN37_CHECK(text.ok()) << text.status();
  const auto json = ParseJson(*text, {});
  SN37_CHECK(json.ok()) << json.status();
  std::vector<ScoreRequest> requests;
  for (const auto& sample : (*json)["samples"]) {
    ScoreRequest request;
    request.tokens = sample["context"].get<std::vector<int32_t>>();
    request.score_from = static_cast<int64_t>(request.tokens.size());
    for (const auto& id : sample["reference"]) {
      request.tokens.push_back(id.get<int32_t>());
    }
    requests.push_back(std::move(request));
  }
  return requests;
}

double PeakMegabytes() {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void BM_Load(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Load(DTypeOf(state), 0));
}
BENCHMARK(BM_Load)->ArgName("bits")->Arg(16)->Arg(32)->UseRealTime()->Unit(
    benchmark::kMillisecond);

void BM_Score(benchmark::State& state) {
  std::unique_ptr<Engine> engine =
      Load(DTypeOf(state), static_cast<int>(state.range(1)));
  const std::vector<ScoreRequest> requests = ScoreRequests();
  int64_t tokens = 0;
  for (auto _ : state) {
    const absl::Status status = engine->Score(
        requests, [](size_t, const absl::StatusOr<ScoreResponse>& response) {
          return response.status();
        });
    SN37_CHECK(status.ok()) << status;
    for (const ScoreRequest& r : requests) tokens += r.tokens.size();
  }
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens),
                                                  benchmark::Counter::kIsRate);
  state.counters["peak_MB"] = PeakMegabytes();
}
BENCHMARK(BM_Score)
    ->ArgNames({"bits", "threads"})
    ->ArgsProduct({{16, 32}, {1, 2}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// 100 new tokens each for some prompts: the ends of the contexts, since all
// begin alike.
std::vector<GenerateRequest> GenerateRequests(int64_t prompts, float penalty) {
  std::vector<GenerateRequest> requests;
  for (const ScoreRequest& score : ScoreRequests()) {
    if (std::ssize(requests) == prompts) break;
    GenerateRequest request;
    const auto end = score.tokens.begin() + score.score_from;
    request.prompt.assign(end - 40, end);
    request.max_new_tokens = 100;
    request.repetition_penalty = penalty;
    requests.push_back(std::move(request));
  }
  return requests;
}

// Measures `generate`, which answers requests as Engine::Generate does, and
// returns the tokens that it made.
template <typename Generate>
int64_t MeasureTokens(benchmark::State& state, Generate generate) {
  int64_t tokens = 0;
  for (auto _ : state) {
    const absl::Status status =
        generate([&](size_t, const absl::StatusOr<GenerateResponse>& response) {
          if (response.ok()) tokens += response->tokens.size();
          return response.status();
        });
    SN37_CHECK(status.ok()) << status;
  }
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens),
                                                  benchmark::Counter::kIsRate);
  return tokens;
}

void BM_Generate(benchmark::State& state) {
  std::unique_ptr<Engine> engine =
      Load(DTypeOf(state), static_cast<int>(state.range(1)));
  const auto requests = GenerateRequests(state.range(2), 1.2f);
  MeasureTokens(state, [&](Engine::GenerateDone done) {
    return engine->Generate(requests, done);
  });
}
BENCHMARK(BM_Generate)
    ->ArgNames({"bits", "threads", "prompts"})
    ->ArgsProduct({{16, 32}, {2}, {1, 64}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// How many rows of guesses pay (BatchLimits::draft_rows): with the repetition
// penalty, in percent, that the methods ask for, and without.
void BM_Guess(benchmark::State& state) {
  const std::unique_ptr<Ops> ops = NewTestDevice(2);
  const auto decoder = LoadDecoder(*model_folder, DTypeOf(state), *ops);
  const auto requests = GenerateRequests(
      state.range(1), static_cast<float>(state.range(3)) / 100);
  const BatchLimits limits = {.draft_rows = state.range(2)};
  const int64_t rows_before = decoder->rows_passed();
  const int64_t tokens = MeasureTokens(state, [&](Engine::GenerateDone done) {
    return GenerateAll(*decoder, requests, limits, done);
  });
  state.counters["rows/token"] =
      static_cast<double>(decoder->rows_passed() - rows_before) /
      static_cast<double>(tokens);
}
BENCHMARK(BM_Guess)
    ->ArgNames({"bits", "prompts", "draft_rows", "penalty"})
    ->ArgsProduct({{16, 32}, {1, 8, 64}, {0, 16, 128}, {100, 120}})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sn37::eval

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 2) {
    fprintf(stderr, "usage: engine_benchmark MODEL_FOLDER [--benchmark_…]\n");
    return 2;
  }
  sn37::eval::model_folder = new std::string(argv[1]);
  benchmark::RunSpecifiedBenchmarks();
}
