// Metadata, a metagraph of 256 neurons in one read, extrinsics. Run from the
// workspace: bazel run -c opt //chain/codec:codec_benchmark
#include <string>

#include "benchmark/benchmark.h"
#include "chain/codec/extrinsic.h"
#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr size_t kNeurons = 256;

const Metadata& Spec461() {
  static const Metadata& metadata = *new Metadata(TestMetadata("461_v15"));
  return metadata;
}

void DecodeMetadata461(benchmark::State& state) {
  const std::string bytes = TestMetadataBytes("461_v15");
  for (auto _ : state) benchmark::DoNotOptimize(DecodeMetadata(bytes));
  state.SetBytesProcessed(static_cast<int64_t>(bytes.size()) *
                          state.iterations());
}
BENCHMARK(DecodeMetadata461)->Unit(benchmark::kMillisecond);

void DecodeMetagraph(benchmark::State& state) {
  const auto method =
      Spec461().FindMethod("SubnetInfoRuntimeApi", "get_metagraph");
  SN37_CHECK(method.ok()) << method.status();
  const TypeId type = (*method)->output;
  const std::string bytes = SomeValue(Spec461().types, type, kNeurons);
  SN37_CHECK(DecodeValue(Spec461().types, type, bytes).ok());
  for (auto _ : state) {
    benchmark::DoNotOptimize(DecodeValue(Spec461().types, type, bytes));
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes.size()) *
                          state.iterations());
}
BENCHMARK(DecodeMetagraph)->Unit(benchmark::kMillisecond);

// set_weights for 256 neurons, encoded, signed and put together.
void BuildExtrinsic(benchmark::State& state) {
  json uids = json::array(), weights = json::array();
  for (size_t i = 0; i < kNeurons; ++i) {
    uids.push_back(i);
    weights.push_back(i * 257);
  }
  const json call = {{"SubtensorModule",
                      {{"set_weights",
                        {{"netuid", 37},
                         {"dests", uids},
                         {"weights", weights},
                         {"version_key", 0}}}}}};
  const auto signer = Keypair::FromUri("//Alice");
  SN37_CHECK(signer.ok());
  ExtrinsicTerms terms;
  for (auto _ : state) {
    ++terms.nonce;
    const auto bytes = EncodeCall(Spec461(), call);
    benchmark::DoNotOptimize(SignExtrinsic(Spec461(), *bytes, terms, *signer));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BuildExtrinsic)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sn37::chain
