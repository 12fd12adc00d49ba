#include "eval/methods/prompt.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "eval/tokenizer/stop_strings.h"
#include "sn37/base/digest.h"
#include "sn37/base/status_macros.h"
#include "sn37/rules/unicode.h"

namespace sn37::eval {
namespace {

// Drops all but one of the BOS tokens that begin `tokens`: a template that
// writes a BOS and a tokenizer that adds one would double it.
void KeepOneBos(const Tokenizer& tokenizer, std::vector<int32_t>& tokens) {
  const std::optional<int32_t> bos = tokenizer.bos_id();
  if (!bos.has_value()) return;
  const auto text = std::find_if(tokens.begin(), tokens.end(),
                                 [&](int32_t token) { return token != *bos; });
  if (text - tokens.begin() > 1) tokens.erase(tokens.begin() + 1, text);
}

// A content with the white space at its ends apart, which templates may trim.
struct Content {
  std::string before;
  std::string core;
  std::string after;
};

Content Part(const std::string& content) {
  const std::u32string text = ToCodePoints(content);
  const auto begin = std::find_if_not(text.begin(), text.end(), IsSpace);
  const auto end = std::find_if_not(text.rbegin(),
                                    std::make_reverse_iterator(begin), IsSpace)
                       .base();
  return {ToUtf8({text.begin(), begin}), ToUtf8({begin, end}),
          ToUtf8({end, text.end()})};
}

// The messages with placeholders as their contents' cores. Derived from the
// contents, so that they are in none of them, and from the salt, so that no
// template knows them in advance.
struct Disguise {
  std::string stem;  // begins every placeholder
  std::vector<std::string> placeholders;
  std::vector<std::string> cores;
  std::vector<ChatMessage> messages;
};

Disguise MakeDisguise(const std::vector<ChatMessage>& messages,
                      absl::string_view salt) {
  Sha256Hasher hasher;
  hasher.Update(salt);
  for (const ChatMessage& message : messages) hasher.Update(message.content);
  Disguise disguise;
  disguise.stem = hasher.Finish().hex();
  for (size_t i = 0; i < messages.size(); ++i) {
    Content content = Part(messages[i].content);
    const std::string placeholder = absl::StrCat(disguise.stem, "m", i, "e");
    disguise.messages.push_back(
        {messages[i].role,
         absl::StrCat(content.before, placeholder, content.after)});
    disguise.placeholders.push_back(placeholder);
    disguise.cores.push_back(std::move(content.core));
  }
  return disguise;
}

// Whether `text` is `rendered` with the cores in the placeholders' places.
bool IsUndisguised(const Disguise& disguise, absl::string_view rendered,
                   absl::string_view text) {
  while (true) {
    const size_t plain = rendered.find(disguise.stem);
    if (!absl::ConsumePrefix(&text, rendered.substr(0, plain))) return false;
    if (plain == absl::string_view::npos) return text.empty();
    rendered.remove_prefix(plain);
    size_t i = 0;
    while (i < disguise.cores.size() &&
           !absl::ConsumePrefix(&rendered, disguise.placeholders[i])) {
      ++i;
    }
    if (i == disguise.cores.size()) return false;  // a cut placeholder
    if (!absl::ConsumePrefix(&text, disguise.cores[i])) return false;
  }
}

// The text of `messages`, which may depend on nothing but the roles and on
// where the contents go.
absl::StatusOr<std::string> Render(const Tokenizer& tokenizer,
                                   const std::vector<ChatMessage>& messages,
                                   absl::string_view salt) {
  constexpr bool kPrompt = true;
  SN37_ASSIGN_OR_RETURN(std::string text,
                        tokenizer.ApplyChatTemplate(messages, kPrompt));
  const Disguise disguise = MakeDisguise(messages, salt);
  SN37_ASSIGN_OR_RETURN(
      const std::string rendered,
      tokenizer.ApplyChatTemplate(disguise.messages, kPrompt));
  if (IsUndisguised(disguise, rendered, text)) return text;
  return absl::InvalidArgumentError(
      "the chat template's output depends on what the messages say");
}

// A tokenizer that knows no text would leave nothing of a message but special
// tokens around it, and of the answer nothing at all.
absl::Status CheckTokens(const Tokenizer& tokenizer,
                         const std::vector<ChatMessage>& messages) {
  for (const ChatMessage& message : messages) {
    SN37_ASSIGN_OR_RETURN(const std::vector<int32_t> tokens,
                          tokenizer.Encode(message.content, AddSpecial::kNo));
    if (!tokens.empty() || message.content.empty()) continue;
    return absl::InvalidArgumentError(
        "the tokenizer makes no tokens of a message");
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<ChatMessage> Conversation(const std::string& system,
                                      const std::string& prompt) {
  std::vector<ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", system});
  messages.push_back({"user", prompt});
  return messages;
}

absl::StatusOr<std::vector<int32_t>> EncodeChat(
    const Tokenizer& tokenizer, const std::vector<ChatMessage>& messages,
    AddSpecial add_special, absl::string_view salt) {
  SN37_RETURN_IF_ERROR(CheckTokens(tokenizer, messages));
  SN37_ASSIGN_OR_RETURN(const std::string text,
                        Render(tokenizer, messages, salt));
  SN37_ASSIGN_OR_RETURN(std::vector<int32_t> tokens,
                        tokenizer.Encode(text, add_special));
  KeepOneBos(tokenizer, tokens);
  if (tokens.empty()) {
    return absl::InvalidArgumentError(
        "the chat template makes no tokens of a prompt");
  }
  return tokens;
}

absl::StatusOr<std::vector<int32_t>> EncodeText(const Tokenizer& tokenizer,
                                                absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(std::vector<int32_t> tokens,
                        tokenizer.Encode(text, AddSpecial::kYes));
  KeepOneBos(tokenizer, tokens);
  return tokens;
}

void TruncateLeft(std::vector<int32_t>& tokens, int64_t length) {
  if (std::ssize(tokens) > length) {
    tokens.erase(tokens.begin(), tokens.end() - length);
  }
}

std::vector<int32_t> StopIds(const Tokenizer& tokenizer) {
  const std::optional<int32_t> eos = tokenizer.eos_id();
  return eos.has_value() ? std::vector<int32_t>{*eos} : std::vector<int32_t>{};
}

absl::StatusOr<GenerateRequest> Ask(const Tokenizer& tokenizer,
                                    std::vector<int32_t> prompt,
                                    const MethodOptions& options) {
  if (std::ssize(prompt) > options.sequence_length) {
    return absl::OutOfRangeError(
        absl::StrCat("the chat template and the tokenizer make ", prompt.size(),
                     " tokens of a prompt, the competition allows ",
                     options.sequence_length));
  }
  GenerateRequest request;
  request.prompt = std::move(prompt);
  request.max_new_tokens = options.max_new_tokens;
  request.repetition_penalty = options.repetition_penalty;
  request.stop_ids = StopIds(tokenizer);
  if (!options.stop_strings.empty()) {
    request.is_end = EndsAfterAny(tokenizer, options.stop_strings);
  }
  return request;
}

}  // namespace sn37::eval
