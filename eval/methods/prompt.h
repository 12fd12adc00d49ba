// Contexts in token ids: what the methods share in front of an answer.
#ifndef EVAL_METHODS_PROMPT_H_
#define EVAL_METHODS_PROMPT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "eval/methods/method.h"
#include "eval/tokenizer/tokenizer.h"

namespace sn37::eval {

// A system message, left out where it is empty, and a user message.
std::vector<ChatMessage> Conversation(const std::string& system,
                                      const std::string& prompt);

// The tokens of `messages` through the model's chat template, the generation
// prompt added; AddSpecial::kYes encodes the rendered text with the tokenizer's
// own special tokens too. At most one BOS begins them. `salt` as in
// MethodOptions.
//
// kInvalidArgument, as the model's tokenizer or template is at fault:
//   - the tokenizer makes no tokens of a message that is not empty, or of all
//     that the template makes;
//   - the template makes of the messages something else than of others with
//     these put in their place (white space at the ends of a message may be
//     trimmed): such a template answers questions itself.
absl::StatusOr<std::vector<int32_t>> EncodeChat(
    const Tokenizer& tokenizer, const std::vector<ChatMessage>& messages,
    AddSpecial add_special, absl::string_view salt);

// The tokens of a text with the tokenizer's own special tokens; at most one BOS
// begins them.
absl::StatusOr<std::vector<int32_t>> EncodeText(const Tokenizer& tokenizer,
                                                absl::string_view text);

// Keeps the last `length` tokens.
void TruncateLeft(std::vector<int32_t>& tokens, int64_t length);

// The ids that end an answer: the tokenizer's EOS, if it has one.
std::vector<int32_t> StopIds(const Tokenizer& tokenizer);

// Asks for the answer to `prompt` as `options` say. `tokenizer` must outlive
// the request. kOutOfRange for a prompt of more than options.sequence_length
// tokens: what a model's template and tokenizer may make of one.
absl::StatusOr<GenerateRequest> Ask(const Tokenizer& tokenizer,
                                    std::vector<int32_t> prompt,
                                    const MethodOptions& options);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_PROMPT_H_
