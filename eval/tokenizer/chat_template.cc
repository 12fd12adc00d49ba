#include "eval/tokenizer/chat_template.h"

#include <utility>

#include "absl/status/status.h"
#include "eval/tokenizer/crates.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

constexpr char kWhat[] = "chat template";

// Keeps its keys' order, in which a template may list them.
using OrderedJson = nlohmann::ordered_json;

absl::StatusOr<OrderedJson> ToJson(const std::vector<ChatMessage>& messages) {
  OrderedJson list = OrderedJson::array();
  for (const ChatMessage& message : messages) {
    if (!IsValidUtf8(message.role) || !IsValidUtf8(message.content)) {
      return absl::InvalidArgumentError("a chat message is not UTF-8");
    }
    list.push_back({{"role", message.role}, {"content", message.content}});
  }
  return list;
}

}  // namespace

absl::StatusOr<ChatTemplate> ChatTemplate::Parse(
    absl::string_view source, const ChatTemplateLimits& limits) {
  Sn37Template* parsed = nullptr;
  Sn37Bytes error = {};
  const int32_t code = sn37_template_new(
      ToView(source),
      {limits.instructions, limits.memory_bytes, limits.output_bytes}, &parsed,
      &error);
  SN37_RETURN_IF_ERROR(ToStatus(code, error, kWhat));
  return ChatTemplate(parsed);
}

absl::StatusOr<std::string> ChatTemplate::Render(
    const std::vector<ChatMessage>& messages, bool add_generation_prompt,
    const std::map<std::string, std::string>& special_tokens) const {
  if (messages.empty()) {
    return absl::InvalidArgumentError("chat template: there are no messages");
  }
  OrderedJson variables = OrderedJson::object();
  for (const auto& [name, token] : special_tokens) variables[name] = token;
  SN37_ASSIGN_OR_RETURN(variables["messages"], ToJson(messages));
  variables["tools"] = nullptr;
  variables["documents"] = nullptr;
  variables["add_generation_prompt"] = add_generation_prompt;
  Sn37Bytes text = {};
  Sn37Bytes error = {};
  const int32_t code = sn37_template_render(
      parsed_.get(), ToView(variables.dump()), &text, &error);
  SN37_RETURN_IF_ERROR(ToStatus(code, error, kWhat));
  return TakeBytes(text);
}

}  // namespace sn37::eval
