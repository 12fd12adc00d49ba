// A model's chat template: messages in, the text that the model was trained on
// out, with the semantics of Hugging Face's apply_chat_template.
//
//   SN37_ASSIGN_OR_RETURN(ChatTemplate chat, ChatTemplate::Parse(source, {}));
//   SN37_ASSIGN_OR_RETURN(std::string text,
//                         chat.Render({{"user", "Hi"}}, true, {}));
#ifndef EVAL_TOKENIZER_CHAT_TEMPLATE_H_
#define EVAL_TOKENIZER_CHAT_TEMPLATE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/deps/crates/sn37_crates.h"

namespace sn37::eval {

// UTF-8.
struct ChatMessage {
  std::string role;
  std::string content;
};

// What one rendering may use. A template is a program of the model's author:
// it may loop, recurse or build texts without end.
struct ChatTemplateLimits {
  // A template takes 20 to 100 instructions for each message.
  uint64_t instructions = 500'000;
  // Heap held at once, messages included.
  uint64_t memory_bytes = 64 << 20;
  // Some 300,000 tokens. No text or list on the way to it may take more than
  // twice as much.
  uint64_t output_bytes = 1 << 20;
};

// Move-only. Const methods may be called from any thread.
class ChatTemplate {
 public:
  // kInvalidArgument if `source` is no Jinja template.
  static absl::StatusOr<ChatTemplate> Parse(absl::string_view source,
                                            const ChatTemplateLimits& limits);

  // The text of the conversation. The template sees `messages`,
  // `add_generation_prompt`, the special tokens by name (bos_token …), and
  // `tools` and `documents` as none. No clock: strftime_now is undefined.
  //   kInvalidArgument  no messages; or the template raised, or is wrong
  //   kOutOfRange       it exceeded a limit
  absl::StatusOr<std::string> Render(
      const std::vector<ChatMessage>& messages, bool add_generation_prompt,
      const std::map<std::string, std::string>& special_tokens) const;

 private:
  struct Free {
    void operator()(Sn37Template* parsed) const { sn37_template_free(parsed); }
  };
  explicit ChatTemplate(Sn37Template* parsed) : parsed_(parsed) {}

  std::unique_ptr<Sn37Template, Free> parsed_;
};

}  // namespace sn37::eval

#endif  // EVAL_TOKENIZER_CHAT_TEMPLATE_H_
