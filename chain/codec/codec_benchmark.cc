// Metadata, a metagraph of 256 neurons in one read, extrinsics. Run from the
// workspace: bazel run -c opt //chain/codec:codec_benchmark
#include <string>

#include "absl/strings/str_cat.h"
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

// Some value of the type, `count` items in each list, different for each seed.
std::string Sample(const TypeRegistry& types, TypeId id, size_t count,
                   uint64_t& seed) {
  const Type& type = types[id];
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  std::string out;
  const auto append_fields = [&](const std::vector<Field>& fields) {
    for (const Field& field : fields) {
      out += Sample(types, field.type, count, seed);
    }
  };
  switch (type.kind) {
    case TypeKind::kComposite:
    case TypeKind::kTuple:
      append_fields(type.fields);
      break;
    case TypeKind::kVariant:
      out.push_back(static_cast<char>(type.variants[0].index));
      append_fields(type.variants[0].fields);
      break;
    case TypeKind::kOption:
      out = absl::StrCat("\1", Sample(types, type.inner, count, seed));
      break;
    case TypeKind::kSequence:
      AppendCompact(count, out);
      [[fallthrough]];
    case TypeKind::kArray: {
      const size_t items = type.kind == TypeKind::kArray ? type.length : count;
      for (size_t i = 0; i < items; ++i) {
        out += Sample(types, type.inner, 10, seed);
      }
      break;
    }
    case TypeKind::kCompact:
      AppendCompact(seed >> (64 - 8 * std::min<size_t>(type.bytes, 8)), out);
      break;
    case TypeKind::kBool:
      out.push_back(static_cast<char>(seed >> 63));
      break;
    case TypeKind::kInteger:
      AppendFixed(seed >> 1, type.bytes, out);
      break;
    case TypeKind::kAccount:
      for (int i = 0; i < 2; ++i)
        AppendFixed(absl::MakeUint128(seed, ~seed), 16, out);
      break;
    default:
      SN37_CHECK(false) << "the metagraph has none of these";
  }
  return out;
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
  uint64_t seed = 1;
  const TypeId type = (*method)->output;
  const std::string bytes = Sample(Spec461().types, type, kNeurons, seed);
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
