#include "eval/methods/prompt.h"

#include <algorithm>
#include <optional>
#include <string>

#include "sn37/base/status_macros.h"

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

}  // namespace

absl::StatusOr<std::vector<int32_t>> EncodeChat(
    const Tokenizer& tokenizer, const std::vector<ChatMessage>& messages,
    AddSpecial add_special) {
  SN37_ASSIGN_OR_RETURN(
      const std::string text,
      tokenizer.ApplyChatTemplate(messages, /*add_generation_prompt=*/true));
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

}  // namespace sn37::eval
