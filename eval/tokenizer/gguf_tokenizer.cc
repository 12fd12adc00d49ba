#include "eval/tokenizer/gguf_tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

// Keeps the order in which other tools write these files.
using Json = nlohmann::ordered_json;

constexpr int64_t kControl = 3;
constexpr int64_t kUserDefined = 4;

// What each pre-tokenizer does before the byte-level BPE splits the text into
// words.
struct PreTokenizer {
  absl::string_view name;
  bool splits_digits;  // every digit is a word of its own
};
constexpr PreTokenizer kPreTokenizers[] = {
    {"gpt-2", false},
    {"smollm", true},
};

absl::Status Invalid(absl::string_view key, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("tokenizer.ggml.", key, ": ", reason));
}

absl::StatusOr<PreTokenizer> FindPreTokenizer(const GgufTokenizer& gguf) {
  if (gguf.model != "gpt2") {
    return absl::UnimplementedError(absl::StrCat("tokenizer.ggml.model: \"",
                                                 Printable(gguf.model),
                                                 "\" is not read; gpt2 is"));
  }
  if (gguf.add_space_prefix) {
    return absl::UnimplementedError(
        "tokenizer.ggml.add_space_prefix: not read with gpt2");
  }
  std::vector<absl::string_view> names;
  for (const PreTokenizer& known : kPreTokenizers) {
    if (known.name == gguf.pre) return known;
    names.push_back(known.name);
  }
  return absl::UnimplementedError(
      absl::StrCat("tokenizer.ggml.pre: \"", Printable(gguf.pre),
                   "\" is not read; ", absl::StrJoin(names, ", "), " are"));
}

absl::Status CheckTokens(const GgufTokenizer& gguf) {
  if (gguf.tokens.empty()) return Invalid("tokens", "there are none");
  if (gguf.types.size() != gguf.tokens.size()) {
    return Invalid("token_type", absl::StrCat(gguf.types.size(), " values for ",
                                              gguf.tokens.size(), " tokens"));
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (size_t id = 0; id < gguf.tokens.size(); ++id) {
    if (!IsValidUtf8(gguf.tokens[id])) {
      return Invalid("tokens", absl::StrCat("number ", id, " is not UTF-8"));
    }
    if (!seen.insert(gguf.tokens[id]).second) {
      return Invalid("tokens", absl::StrCat("number ", id, ", \"",
                                            Printable(gguf.tokens[id]),
                                            "\", is there twice"));
    }
  }
  if (gguf.chat_template.has_value() && !IsValidUtf8(*gguf.chat_template)) {
    return absl::InvalidArgumentError("tokenizer.chat_template: not UTF-8");
  }
  return absl::OkStatus();
}

// The pairs of words; a token may itself begin with a space.
absl::StatusOr<Json> Merges(const GgufTokenizer& gguf) {
  Json pairs = Json::array();
  for (size_t i = 0; i < gguf.merges.size(); ++i) {
    const std::string& merge = gguf.merges[i];
    const size_t space = merge.find(' ', 1);
    if (space == std::string::npos || !IsValidUtf8(merge)) {
      return Invalid("merges",
                     absl::StrCat("number ", i, " is not two tokens"));
    }
    pairs.push_back({merge.substr(0, space), merge.substr(space + 1)});
  }
  return pairs;
}

Json ByteLevel(bool add_prefix_space) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", true},
          {"use_regex", true}};
}

Json AddedToken(const std::string& content, bool special) {
  return {{"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false},    {"normalized", false},  {"special", special}};
}

// BOS before the text, in the form of tokenizer.json.
Json BosTemplate(const std::string& bos, int64_t id) {
  const auto special = [&bos](int type) {
    return Json{{"SpecialToken", {{"id", bos}, {"type_id", type}}}};
  };
  const auto text = [](const char* name, int type) {
    return Json{{"Sequence", {{"id", name}, {"type_id", type}}}};
  };
  return {{"type", "TemplateProcessing"},
          {"single", {special(0), text("A", 0)}},
          {"pair", {special(0), text("A", 0), special(1), text("B", 1)}},
          {"special_tokens",
           {{bos,
             {{"id", bos},
              {"ids", Json::array({id})},
              {"tokens", Json::array({bos})}}}}}};
}

absl::StatusOr<Json> TokenizerJson(const GgufTokenizer& gguf,
                                   const PreTokenizer& pre) {
  Json vocabulary = Json::object();
  Json added = Json::array();
  // push_back and not operator[], which would search all tokens before.
  auto& entries = vocabulary.get_ref<Json::object_t&>();
  for (size_t id = 0; id < gguf.tokens.size(); ++id) {
    entries.push_back({gguf.tokens[id], id});
    const int64_t type = gguf.types[id];
    if (type != kControl && type != kUserDefined) continue;
    added.push_back({{"id", id}});
    added.back().update(AddedToken(gguf.tokens[id], type == kControl));
  }
  Json words = Json::array();
  if (pre.splits_digits) {
    words.push_back({{"type", "Digits"}, {"individual_digits", true}});
  }
  words.push_back(ByteLevel(false));
  SN37_ASSIGN_OR_RETURN(Json merges, Merges(gguf));
  return Json{
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", std::move(added)},
      {"normalizer", nullptr},
      {"pre_tokenizer",
       {{"type", "Sequence"}, {"pretokenizers", std::move(words)}}},
      {"post_processor",
       gguf.add_bos ? BosTemplate(gguf.tokens[*gguf.bos_id], *gguf.bos_id)
                    : ByteLevel(true)},
      {"decoder", ByteLevel(true)},
      {"model",
       {{"type", "BPE"},
        {"dropout", nullptr},
        {"unk_token", nullptr},
        {"continuing_subword_prefix", nullptr},
        {"end_of_word_suffix", nullptr},
        {"fuse_unk", false},
        {"byte_fallback", false},
        {"ignore_merges", false},
        {"vocab", std::move(vocabulary)},
        {"merges", std::move(merges)}}},
  };
}

// The special tokens by name, each in the short form (its text).
absl::StatusOr<Json> SpecialTokens(const GgufTokenizer& gguf) {
  const struct {
    const char* name;
    const char* key;
    std::optional<int64_t> id;
  } kRoles[] = {
      {"bos_token", "bos_token_id", gguf.bos_id},
      {"eos_token", "eos_token_id", gguf.eos_id},
      {"unk_token", "unknown_token_id", gguf.unknown_id},
      {"pad_token", "padding_token_id", gguf.padding_id},
  };
  Json tokens = Json::object();
  for (const auto& role : kRoles) {
    if (!role.id.has_value()) continue;
    if (*role.id < 0 || *role.id >= static_cast<int64_t>(gguf.tokens.size())) {
      return Invalid(role.key, absl::StrCat(*role.id, " is no token's id"));
    }
    tokens[role.name] = gguf.tokens[*role.id];
  }
  if (gguf.add_bos && !gguf.bos_id.has_value()) {
    return Invalid("add_bos_token", "true without a bos_token_id");
  }
  return tokens;
}

Json ConfigJson(const GgufTokenizer& gguf, const Json& special_tokens) {
  Json decoder = Json::object();
  auto& entries = decoder.get_ref<Json::object_t&>();
  for (size_t id = 0; id < gguf.tokens.size(); ++id) {
    const int64_t type = gguf.types[id];
    if (type != kControl && type != kUserDefined) continue;
    entries.push_back(
        {absl::StrCat(id), AddedToken(gguf.tokens[id], type == kControl)});
  }
  Json config = {{"add_prefix_space", false},
                 {"added_tokens_decoder", std::move(decoder)},
                 {"clean_up_tokenization_spaces", false}};
  config.update(special_tokens);
  if (gguf.chat_template.has_value()) {
    config["chat_template"] = *gguf.chat_template;
  }
  config["tokenizer_class"] = "PreTrainedTokenizerFast";
  return config;
}

std::string Written(const Json& json) { return json.dump(2) + "\n"; }

}  // namespace

absl::StatusOr<TokenizerFiles> TokenizerFromGguf(const GgufTokenizer& gguf) {
  SN37_ASSIGN_OR_RETURN(const PreTokenizer pre, FindPreTokenizer(gguf));
  SN37_RETURN_IF_ERROR(CheckTokens(gguf));
  SN37_ASSIGN_OR_RETURN(const Json special, SpecialTokens(gguf));
  SN37_ASSIGN_OR_RETURN(const Json tokenizer, TokenizerJson(gguf, pre));
  return TokenizerFiles{Written(tokenizer), Written(ConfigJson(gguf, special)),
                        Written(special)};
}

}  // namespace sn37::eval
