// Conversations as JSON: [{"role": …, "content": …}, …].
#ifndef TOOLS_SN37_MESSAGES_H_
#define TOOLS_SN37_MESSAGES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "eval/tokenizer/chat_template.h"
#include "sn37/base/json.h"

namespace sn37::tools {

// The field "messages" of a question.
absl::StatusOr<std::vector<eval::ChatMessage>> GetMessages(
    const nlohmann::json& question);

}  // namespace sn37::tools

#endif  // TOOLS_SN37_MESSAGES_H_
