// Messages from anywhere: no crash, and what is an answer or a notification is
// understood the same when it is written again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "chain/subtensor/message.h"
#include "chain/subtensor/rpc.h"
#include "sn37/base/check.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

void AddOutcome(const absl::StatusOr<json>& outcome, json& object) {
  if (outcome.ok()) {
    object["result"] = *outcome;
  } else {
    const auto error = GetRpcError(outcome.status());
    SN37_CHECK(error.has_value()) << outcome.status();
    object["error"] = {{"code", error->code},
                       {"message", error->message},
                       {"data", error->data}};
  }
}

std::string Written(const Message& message) {
  json object = {{"jsonrpc", "2.0"}};
  if (const auto* answer = std::get_if<Answer>(&message)) {
    object["id"] = answer->id;
    AddOutcome(answer->result, object);
  } else {
    const Notice& notice = std::get<Notice>(message);
    object["method"] = "m";
    object["params"] = {{"subscription", notice.subscription}};
    AddOutcome(notice.value, object["params"]);
  }
  return CanonicalJson(object);
}

}  // namespace
}  // namespace sn37::chain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sn37::chain;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto message = ParseMessage(text);
  if (!message.ok()) return 0;
  const std::string written = Written(*message);
  const auto again = ParseMessage(written);
  SN37_CHECK(again.ok()) << again.status() << ": " << written;
  SN37_CHECK(Written(*again) == written) << written;
  return 0;
}
