// A model's tokenizer and chat template, from its folder, equal to what
// Hugging Face's AutoTokenizer makes of the same files.
//
//   SN37_ASSIGN_OR_RETURN(Tokenizer tokenizer, Tokenizer::Load(folder));
//   SN37_RETURN_IF_ERROR(tokenizer.CheckVocabulary(embedding_rows));
//   SN37_ASSIGN_OR_RETURN(std::vector<int32_t> ids,
//                         tokenizer.Encode("Hello", AddSpecial::kYes));
#ifndef EVAL_TOKENIZER_TOKENIZER_H_
#define EVAL_TOKENIZER_TOKENIZER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "eval/tokenizer/chat_template.h"
#include "eval/tokenizer/tokenizer_config.h"
#include "tools/deps/crates/sn37_crates.h"

namespace sn37::eval {

// Whether the tokenizer adds its own special tokens (a BOS, say) to the text's.
// Special tokens written in the text are recognised either way.
enum class AddSpecial { kNo, kYes };
// Whether decoding leaves out special tokens.
enum class SkipSpecial { kNo, kYes };

// Move-only; it owns all it needs, the folder may go. Const methods may be
// called from any thread.
class Tokenizer {
 public:
  // Reads tokenizer.json and the small files beside it (tokenizer_config.h).
  // A chat template that is no Jinja is an error here; a missing one only when
  // it is applied.
  //   kNotFound         there is no tokenizer.json
  //   kInvalidArgument  a file is malformed or a link that no model's folder
  //                     may hold (model_file.h), or the tokenizer is random
  //                     (BPE dropout)
  //   kOutOfRange       a file is too large
  static absl::StatusOr<Tokenizer> Load(const std::string& folder);

  // kInvalidArgument, naming the file and the id, unless every id of the
  // vocabulary is below `rows`, the number of the model's embeddings.
  absl::Status CheckVocabulary(int64_t rows) const;

  // The tokens of a text of at most 4 MiB of UTF-8. Every id is at most
  // max_id(). Truncates and pads nothing.
  //   kInvalidArgument  no UTF-8, or a regular expression of the tokenizer that
  //                     does not come to an end
  //   kOutOfRange       too long
  absl::StatusOr<std::vector<int32_t>> Encode(absl::string_view text,
                                              AddSpecial add_special) const;

  // The text of some tokens; what they are no UTF-8 of becomes U+FFFD. An id
  // outside the vocabulary has no text: embeddings may have more rows than the
  // tokenizer has tokens, and a model may generate any of them.
  absl::StatusOr<std::string> Decode(absl::Span<const int32_t> ids,
                                     SkipSpecial skip_special) const;

  // The inverse of Encode, where there is one: special tokens are kept, and no
  // space is dropped to please the eye.
  absl::StatusOr<std::string> DecodeAll(absl::Span<const int32_t> ids) const;

  // See ChatTemplate::Render. Encode the result with AddSpecial::kNo, for the
  // template writes the special tokens itself. kFailedPrecondition if the
  // model has no chat template.
  absl::StatusOr<std::string> ApplyChatTemplate(
      const std::vector<ChatMessage>& messages,
      bool add_generation_prompt) const;

  bool has_chat_template() const { return chat_template_.has_value(); }

  // The ids of the special tokens, where the model has them.
  std::optional<int32_t> bos_id() const { return SpecialId("bos_token"); }
  std::optional<int32_t> eos_id() const { return SpecialId("eos_token"); }
  std::optional<int32_t> pad_id() const { return SpecialId("pad_token"); }

  // The id of a token as the vocabulary writes it ("Ġthe").
  std::optional<int32_t> TokenToId(absl::string_view token) const;

  // The number of tokens, added ones included; and the largest id, which is
  // larger than vocab_size() - 1 where the vocabulary has holes.
  int64_t vocab_size() const;
  int32_t max_id() const;

 private:
  struct Free {
    void operator()(Sn37Tokenizer* loaded) const {
      sn37_tokenizer_free(loaded);
    }
  };
  Tokenizer(std::string path, Sn37Tokenizer* loaded, TokenizerConfig config,
            std::optional<ChatTemplate> chat_template)
      : path_(std::move(path)),
        loaded_(loaded),
        config_(std::move(config)),
        chat_template_(std::move(chat_template)) {}

  std::optional<int32_t> SpecialId(const char* name) const;
  absl::StatusOr<std::string> DecodeAsIs(absl::Span<const int32_t> ids,
                                         SkipSpecial skip_special) const;

  std::string path_;  // of tokenizer.json, for messages; already harmless
  std::unique_ptr<Sn37Tokenizer, Free> loaded_;
  TokenizerConfig config_;
  std::optional<ChatTemplate> chat_template_;
};

}  // namespace sn37::eval

#endif  // EVAL_TOKENIZER_TOKENIZER_H_
