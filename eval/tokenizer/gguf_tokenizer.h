// The tokenizer of a GGUF file as the files that Hugging Face's tokenizers
// read. Takes plain values, so that it knows nothing of the file's format.
#ifndef EVAL_TOKENIZER_GGUF_TOKENIZER_H_
#define EVAL_TOKENIZER_GGUF_TOKENIZER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace sn37::eval {

// The values of the keys tokenizer.ggml.*; the name of each is its comment.
// What the file does not have is empty or absent.
struct GgufTokenizer {
  std::string model;                     // model
  std::optional<std::string> pre;        // pre
  std::vector<std::string> tokens;       // tokens, by id
  std::vector<int64_t> types;            // token_type, one for each token
  std::vector<std::string> merges;       // merges, "left right", best first
  std::vector<double> scores;            // scores, one for each token
  std::optional<int64_t> bos_id;         // bos_token_id
  std::optional<int64_t> eos_id;         // eos_token_id
  std::optional<int64_t> unknown_id;     // unknown_token_id
  std::optional<int64_t> padding_id;     // padding_token_id
  std::optional<bool> add_bos;           // add_bos_token
  std::optional<bool> add_eos;           // add_eos_token
  std::optional<bool> add_space_prefix;  // add_space_prefix
  std::optional<bool> remove_extra_whitespaces;
  std::optional<std::string> chat_template;  // tokenizer.chat_template
};

// The text of each file.
struct TokenizerFiles {
  std::string tokenizer_json;
  std::string tokenizer_config_json;
  std::string special_tokens_map_json;
};

// The files of a byte-level BPE tokenizer ("gpt2") or of one that was made with
// SentencePiece's BPE ("llama"), as Hugging Face converts it: merges from the
// pieces' scores. Control tokens become special added tokens, user-defined ones
// added tokens; whether these take spaces beside them with them the file does
// not say. The same values give the same bytes.
//   kUnimplemented    another model or pre-tokenizer: names those there are
//   kInvalidArgument  values that do not fit together: names key and place
absl::StatusOr<TokenizerFiles> TokenizerFromGguf(const GgufTokenizer& gguf);

}  // namespace sn37::eval

#endif  // EVAL_TOKENIZER_GGUF_TOKENIZER_H_
