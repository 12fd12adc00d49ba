// Loading, tokenising and rendering with SmolLM2's tokenizer. Run from the
// workspace: bazel run -c opt //eval/tokenizer:tokenizer_benchmark
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "eval/tokenizer/tokenizer.h"
#include "sn37/base/check.h"

namespace sn37::eval {
namespace {

constexpr char kModelFolder[] = "eval/weights/smollm2";

const Tokenizer& SmolLm2() {
  static const Tokenizer* const tokenizer = [] {
    auto loaded = Tokenizer::Load(kModelFolder);
    SN37_CHECK(loaded.ok()) << loaded.status();
    return new Tokenizer(*std::move(loaded));
  }();
  return *tokenizer;
}

// About `bytes` bytes of sentences that do not repeat word for word, so that
// the tokenizer's cache of words does not answer everything.
std::string Text(size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) {
    text += "The river at kilometre " + std::to_string(i * 7919) +
            " bends towards the " + std::string(1, 'a' + i % 26) +
            "shore village, where boats wait.\n";
  }
  return text;
}

void Load(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(Tokenizer::Load(kModelFolder));
  }
}
BENCHMARK(Load)->Unit(benchmark::kMillisecond);

void Encode(benchmark::State& state) {
  const Tokenizer& tokenizer = SmolLm2();
  const std::string text = Text(state.range(0));
  int64_t tokens = 0;
  for (auto _ : state) {
    const auto ids = tokenizer.Encode(text, AddSpecial::kYes);
    tokens += static_cast<int64_t>(ids->size());
  }
  state.SetItemsProcessed(tokens);
  state.SetBytesProcessed(static_cast<int64_t>(text.size()) *
                          state.iterations());
}
BENCHMARK(Encode)->Arg(100)->Arg(10'000)->Arg(1'000'000);

void Decode(benchmark::State& state) {
  const Tokenizer& tokenizer = SmolLm2();
  const auto ids = tokenizer.Encode(Text(10'000), AddSpecial::kNo);
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokenizer.Decode(*ids, SkipSpecial::kYes));
  }
  state.SetItemsProcessed(static_cast<int64_t>(ids->size()) *
                          state.iterations());
}
BENCHMARK(Decode);

void ApplyChatTemplate(benchmark::State& state) {
  const Tokenizer& tokenizer = SmolLm2();
  const std::vector<ChatMessage> messages(state.range(0),
                                          {"user", Text(1'000)});
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokenizer.ApplyChatTemplate(messages, true));
  }
}
BENCHMARK(ApplyChatTemplate)->Arg(1)->Arg(100);

}  // namespace
}  // namespace sn37::eval
