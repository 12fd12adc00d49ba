#include "eval/tokenizer/tokenizer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "eval/tokenizer/crates.h"
#include "eval/weights/model_file.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

constexpr uint64_t kMaxTokenizerBytes = 128 << 20;

// transformers' clean_up_tokenization, one replacement after the other.
std::string CleanUpSpaces(std::string text) {
  constexpr std::pair<absl::string_view, absl::string_view> kReplacements[] = {
      {" .", "."},     {" ?", "?"},     {" !", "!"},   {" ,", ","},
      {" ' ", "'"},    {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"},
      {" 've", "'ve"}, {" 're", "'re"},
  };
  for (const auto& replacement : kReplacements) {
    absl::StrReplaceAll({replacement}, &text);
  }
  return text;
}

}  // namespace

absl::StatusOr<Tokenizer> Tokenizer::Load(const std::string& folder) {
  const std::string path = JoinPath(folder, "tokenizer.json");
  SN37_ASSIGN_OR_RETURN(const std::string file, ResolveModelFile(path));
  SN37_ASSIGN_OR_RETURN(const std::string json,
                        ReadFile(file, kMaxTokenizerBytes));
  const std::string shown = Printable(path);
  auto config = ReadTokenizerConfig(folder);
  SN37_RETURN_IF_ERROR(Annotate(config.status(), Printable(folder)));
  std::optional<ChatTemplate> chat_template;
  if (config->chat_template.has_value()) {
    auto parsed = ChatTemplate::Parse(*config->chat_template, {});
    SN37_RETURN_IF_ERROR(Annotate(parsed.status(), Printable(folder)));
    chat_template = *std::move(parsed);
  }
  Sn37Tokenizer* loaded = nullptr;
  Sn37Bytes error = {};
  const int32_t code = sn37_tokenizer_new(ToView(json), ToView(config->changes),
                                          &loaded, &error);
  SN37_RETURN_IF_ERROR(ToStatus(code, error, shown));
  return Tokenizer(shown, loaded, *std::move(config), std::move(chat_template));
}

absl::Status Tokenizer::CheckVocabulary(int64_t rows) const {
  if (max_id() < rows) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path_, ": it has a token with the id ", max_id(),
                   ", but the model has only ", rows,
                   " embeddings; it belongs to another model"));
}

absl::StatusOr<std::vector<int32_t>> Tokenizer::Encode(
    absl::string_view text, AddSpecial add_special) const {
  Sn37Ids encoded = {};
  Sn37Bytes error = {};
  const int32_t code =
      sn37_tokenizer_encode(loaded_.get(), ToView(text),
                            add_special == AddSpecial::kYes, &encoded, &error);
  SN37_RETURN_IF_ERROR(ToStatus(code, error, path_));
  std::vector<int32_t> ids = TakeIds(encoded);
  for (const int32_t id : ids) {
    // A post-processor brings ids of its own.
    if (id < 0 || id > max_id()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path_, ": its post-processor adds the id ", id,
                       ", which is not in the vocabulary"));
    }
  }
  return ids;
}

absl::StatusOr<std::string> Tokenizer::Decode(absl::Span<const int32_t> ids,
                                              SkipSpecial skip_special) const {
  SN37_ASSIGN_OR_RETURN(std::string text, DecodeAsIs(ids, skip_special));
  return config_.clean_up_spaces ? CleanUpSpaces(std::move(text)) : text;
}

absl::StatusOr<std::string> Tokenizer::DecodeAll(
    absl::Span<const int32_t> ids) const {
  return DecodeAsIs(ids, SkipSpecial::kNo);
}

absl::StatusOr<std::string> Tokenizer::DecodeAsIs(
    absl::Span<const int32_t> ids, SkipSpecial skip_special) const {
  const std::vector<uint32_t> unsigned_ids(ids.begin(), ids.end());
  Sn37Bytes text = {};
  Sn37Bytes error = {};
  const int32_t code = sn37_tokenizer_decode(
      loaded_.get(), unsigned_ids.data(), unsigned_ids.size(),
      skip_special == SkipSpecial::kYes, &text, &error);
  SN37_RETURN_IF_ERROR(ToStatus(code, error, path_));
  return TakeBytes(text);
}

absl::StatusOr<std::string> Tokenizer::ApplyChatTemplate(
    const std::vector<ChatMessage>& messages,
    bool add_generation_prompt) const {
  if (!chat_template_.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": the files beside it have no chat template"));
  }
  return chat_template_->Render(messages, add_generation_prompt,
                                config_.special_tokens);
}

std::optional<int32_t> Tokenizer::SpecialId(const char* name) const {
  const auto token = config_.special_tokens.find(name);
  if (token == config_.special_tokens.end()) return std::nullopt;
  return TokenToId(token->second);
}

std::optional<int32_t> Tokenizer::TokenToId(absl::string_view token) const {
  uint32_t id = 0;
  int32_t found = 0;
  Sn37Bytes error = {};
  const int32_t code = sn37_tokenizer_token_to_id(loaded_.get(), ToView(token),
                                                  &id, &found, &error);
  // A token that is no UTF-8 is in no vocabulary.
  if (code != SN37_OK) sn37_bytes_free(error);
  if (code != SN37_OK || found == 0) return std::nullopt;
  return static_cast<int32_t>(id);
}

int64_t Tokenizer::vocab_size() const {
  return static_cast<int64_t>(sn37_tokenizer_vocab_size(loaded_.get()));
}

int32_t Tokenizer::max_id() const {
  return static_cast<int32_t>(sn37_tokenizer_max_id(loaded_.get()));
}

}  // namespace sn37::eval
