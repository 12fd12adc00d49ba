#include "chain/subtensor/message.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/subtensor/rpc.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr size_t kMaxSubscriptionBytes = 256;
// No limit of its own: the message has one.
constexpr size_t kAnyBytes = std::numeric_limits<size_t>::max();

absl::StatusOr<RpcError> ParseError(const json& error) {
  RpcError parsed;
  SN37_ASSIGN_OR_RETURN(
      parsed.code, GetInt(error, "code", std::numeric_limits<int64_t>::min(),
                          std::numeric_limits<int64_t>::max()));
  SN37_ASSIGN_OR_RETURN(parsed.message, GetString(error, "message", kAnyBytes));
  if (const json* data = FindField(error, "data")) parsed.data = *data;
  return parsed;
}

// The result or the error of `object`, which has one of them, in `outcome`.
absl::Status TakeOutcome(json& object, absl::StatusOr<json>& outcome) {
  const json* error = FindField(object, "error");
  const auto result = object.find("result");
  if ((error != nullptr) == (result != object.end())) {
    return absl::InvalidArgumentError("neither or both of result and error");
  }
  if (error != nullptr) {
    SN37_ASSIGN_OR_RETURN(const RpcError parsed, ParseError(*error));
    outcome = RpcErrorStatus(parsed);
  } else {
    outcome = std::move(*result);
  }
  return absl::OkStatus();
}

absl::StatusOr<Message> ParseNotice(json& message) {
  SN37_RETURN_IF_ERROR(GetString(message, "method", kAnyBytes).status());
  const auto params = message.find("params");
  if (params == message.end() || !params->is_object()) {
    return absl::InvalidArgumentError("no object as params of a notification");
  }
  const json* subscription = FindField(*params, "subscription");
  if (subscription == nullptr ||
      !(subscription->is_string() || subscription->is_number_integer())) {
    return absl::InvalidArgumentError("a notification of no subscription");
  }
  if (subscription->is_string()) {
    SN37_RETURN_IF_ERROR(
        GetString(*params, "subscription", kMaxSubscriptionBytes).status());
  }
  Notice notice{*subscription, json()};
  SN37_RETURN_IF_ERROR(TakeOutcome(*params, notice.value));
  return notice;
}

absl::StatusOr<Message> ParseAnswer(json& message) {
  if (FindField(message, "id") == nullptr) {
    if (const json* error = FindField(message, "error")) {
      SN37_ASSIGN_OR_RETURN(const RpcError parsed, ParseError(*error));
      return absl::UnavailableError(RpcErrorStatus(parsed).message());
    }
  }
  Answer answer;
  SN37_ASSIGN_OR_RETURN(
      const int64_t id,
      GetInt(message, "id", 0, std::numeric_limits<int64_t>::max()));
  answer.id = static_cast<uint64_t>(id);
  SN37_RETURN_IF_ERROR(TakeOutcome(message, answer.result));
  return answer;
}

absl::StatusOr<Message> Parse(absl::string_view text) {
  JsonLimits limits;
  limits.bytes = text.size();  // the connection has limited it
  limits.unique_keys = true;
  SN37_ASSIGN_OR_RETURN(json message, ParseJson(text, limits));
  SN37_ASSIGN_OR_RETURN(const std::string version,
                        GetString(message, "jsonrpc", kAnyBytes));
  if (version != "2.0") {
    return absl::InvalidArgumentError("another version than 2.0");
  }
  return message.contains("method") ? ParseNotice(message)
                                    : ParseAnswer(message);
}

}  // namespace

absl::StatusOr<Message> ParseMessage(absl::string_view text) {
  absl::StatusOr<Message> message = Parse(text);
  if (message.ok() || absl::IsUnavailable(message.status())) return message;
  return absl::InternalError(absl::StrCat("a message that is no JSON-RPC: ",
                                          message.status().message()));
}

std::string RequestText(uint64_t id, absl::string_view method,
                        const json& params) {
  return CanonicalJson(json{
      {"jsonrpc", "2.0"},
      {"id", id},
      {"method", std::string(method)},
      {"params", params},
  });
}

}  // namespace sn37::chain
