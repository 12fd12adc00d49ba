// The small files beside a tokenizer.json: which tokens have a special role,
// what they add to the tokenizer, and the chat template.
#ifndef EVAL_TOKENIZER_TOKENIZER_CONFIG_H_
#define EVAL_TOKENIZER_TOKENIZER_CONFIG_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace sn37::eval {

struct TokenizerConfig {
  // The special tokens by name (bos_token, eos_token, unk_token, sep_token,
  // pad_token, cls_token, mask_token), those that are set; what a chat
  // template sees.
  std::map<std::string, std::string> special_tokens;
  // Whether decoding drops the space before English punctuation.
  bool clean_up_spaces = false;
  // The source of the chat template, where there is one.
  std::optional<std::string> chat_template;
  // What the files change in the tokenizer: JSON for sn37_tokenizer_new.
  std::string changes;
};

// Reads the files that exist as transformers 4.48 does:
//   tokenizer_config.json    all of them absent is fine
//   special_tokens_map.json  over it, unless it has added_tokens_decoder
//   chat_template.jinja      over both; else a text, or of a list of named
//                            templates the one named "default"
// The tokenizer classes of Llama, Gemma, GPT-NeoX and Cohere replace the
// post-processor of tokenizer.json by their add_bos_token and add_eos_token.
// added_tokens.json is not read: tokenizer.json holds the same.
// kInvalidArgument, naming file and key, for what is malformed, and for a link
// that no model's folder may hold (model_file.h).
absl::StatusOr<TokenizerConfig> ReadTokenizerConfig(const std::string& folder);

}  // namespace sn37::eval

#endif  // EVAL_TOKENIZER_TOKENIZER_CONFIG_H_
