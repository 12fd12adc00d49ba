#include "tools/sn37/messages.h"

#include "absl/status/status.h"
#include "sn37/base/status_macros.h"
#include "tools/sn37/json_lines.h"

namespace sn37::tools {

absl::StatusOr<std::vector<eval::ChatMessage>> GetMessages(
    const nlohmann::json& question) {
  const nlohmann::json* field = FindField(question, "messages");
  if (field == nullptr || !field->is_array()) {
    return absl::InvalidArgumentError(
        "\"messages\" must be a list of {\"role\", \"content\"}");
  }
  std::vector<eval::ChatMessage> messages;
  for (const nlohmann::json& item : *field) {
    eval::ChatMessage message;
    SN37_ASSIGN_OR_RETURN(message.role, GetString(item, "role", 1024));
    SN37_ASSIGN_OR_RETURN(message.content,
                          GetString(item, "content", kMaxLineBytes));
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace sn37::tools
