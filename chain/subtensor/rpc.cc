#include "chain/subtensor/rpc.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/json.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr char kPayload[] = "sn37.chain.RpcError";
// Of a node's message or data that people see.
constexpr size_t kMaxColumns = 300;

std::string Shown(absl::string_view text) {
  return Truncate(Printable(text), kMaxColumns);
}

// Beginnings of names; nothing that submits, rotates, adds or kills.
constexpr absl::string_view kReads[] = {
    "chain_get",         "chain_subscribe",
    "grandpa_subscribe", "payment_query",
    "rpc_methods",       "state_call",
    "state_get",         "state_query",
    "state_subscribe",   "system_accountNextIndex",
    "system_chain",      "system_health",
    "system_name",       "system_properties",
    "system_version",
};

}  // namespace

absl::Status RpcErrorStatus(const RpcError& error) {
  std::string text =
      absl::StrCat("the node answers ", error.code, " ", Shown(error.message));
  if (!error.data.is_null()) {
    absl::StrAppend(
        &text, ": ",
        Shown(error.data.is_string() ? error.data.get_ref<const std::string&>()
                                     : CanonicalJson(error.data)));
  }
  absl::Status status = absl::FailedPreconditionError(text);
  status.SetPayload(kPayload, absl::Cord(CanonicalJson(json{
                                  {"code", error.code},
                                  {"message", error.message},
                                  {"data", error.data},
                              })));
  return status;
}

std::optional<RpcError> GetRpcError(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload) return std::nullopt;
  const auto fields = ParseJson(std::string(*payload), {});
  if (!fields.ok()) return std::nullopt;
  return RpcError{fields->at("code").get<int64_t>(),
                  fields->at("message").get<std::string>(), fields->at("data")};
}

bool MayRepeat(absl::string_view method) {
  for (const absl::string_view read : kReads) {
    if (absl::StartsWith(method, read)) return true;
  }
  return false;
}

}  // namespace sn37::chain
