#include "chain/subtensor/runtime.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/codec/scale.h"
#include "chain/codec/value.h"
#include "chain/subtensor/answers.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// Of a runtime's metadata, kept in memory some ten times as large.
constexpr size_t kMaxKnown = 8;

// Versions of metadata that state_call gives, the best one first: 15 has the
// runtime's APIs, and 16 has what 15 has in another form.
constexpr uint32_t kAskedVersions[] = {15, 16};

// What is in an Option<Vec<u8>>; empty for none.
absl::StatusOr<std::string> Unwrap(absl::string_view bytes) {
  ScaleReader reader(bytes);
  SN37_ASSIGN_OR_RETURN(const bool some, reader.Bool());
  absl::string_view inside;
  if (some) {
    SN37_ASSIGN_OR_RETURN(inside, reader.LengthAndBytes());
  }
  SN37_RETURN_IF_ERROR(reader.ExpectEnd());
  return std::string(inside);
}

}  // namespace

absl::StatusOr<std::string> Runtimes::FetchMetadata(const json& at) {
  for (const uint32_t version : kAskedVersions) {
    std::string arguments;
    AppendFixed(version, 4, arguments);
    const absl::StatusOr<json> answer = rpc_.Call(
        "state_call",
        json::array({"Metadata_metadata_at_version", ToHex(arguments), at}));
    if (GetRpcError(answer.status()).has_value()) continue;  // no such method
    SN37_RETURN_IF_ERROR(answer.status());
    SN37_ASSIGN_OR_RETURN(const std::string bytes, HexBytes(*answer));
    SN37_ASSIGN_OR_RETURN(std::string metadata, Unwrap(bytes));
    if (!metadata.empty()) return metadata;
  }
  SN37_ASSIGN_OR_RETURN(
      const json answer,
      NodeAnswer(rpc_.Call("state_getMetadata", json::array({at}))));
  return HexBytes(answer);
}

absl::StatusOr<std::shared_ptr<const Runtime>> Runtimes::At(
    const std::string& hash) {
  const json at = hash.empty() ? json(nullptr) : json(hash);
  SN37_ASSIGN_OR_RETURN(
      const json answer,
      NodeAnswer(rpc_.Call("state_getRuntimeVersion", json::array({at}))));
  RuntimeVersion version;
  SN37_ASSIGN_OR_RETURN(version.spec,
                        GetInt(answer, "specVersion", 0, UINT32_MAX));
  SN37_ASSIGN_OR_RETURN(version.transaction,
                        GetInt(answer, "transactionVersion", 0, UINT32_MAX));
  {
    absl::MutexLock lock(&mutex_);
    const auto found = known_.find(version.spec);
    if (found != known_.end()) return found->second;
  }
  SN37_ASSIGN_OR_RETURN(const std::string bytes, FetchMetadata(at));
  absl::StatusOr<Metadata> metadata = DecodeMetadata(bytes);
  SN37_RETURN_IF_ERROR(
      Annotate(metadata.status(), absl::StrCat("runtime ", version.spec)));
  SN37_ASSIGN_OR_RETURN(const RuntimeVersion own, VersionOf(*metadata));
  if (own.spec != version.spec) {
    return absl::UnavailableError(absl::StrCat(
        "the chain goes from runtime ", version.spec, " to ", own.spec,
        " just now, or its node mixes them up: try again"));
  }
  auto runtime =
      std::make_shared<const Runtime>(Runtime{version, *std::move(metadata)});
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kMaxKnown) known_.erase(known_.begin());
  return known_[version.spec] = std::move(runtime);
}

}  // namespace sn37::chain
