#include "eval/tokenizer/gguf_tokenizer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
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

// Values of token_type.
constexpr int64_t kUnknown = 2;
constexpr int64_t kControl = 3;
constexpr int64_t kUserDefined = 4;
constexpr int64_t kByte = 6;

// Of a SentencePiece token: the work on it grows with the square of its length.
constexpr size_t kMaxPieceBytes = 256;

absl::Status Invalid(absl::string_view key, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("tokenizer.ggml.", key, ": ", reason));
}

absl::Status NotRead(absl::string_view key, absl::string_view value,
                     const std::vector<absl::string_view>& known) {
  return absl::UnimplementedError(absl::StrCat(
      "tokenizer.ggml.", key, ": \"", Printable(value), "\" is not read; ",
      absl::StrJoin(known, ", "), known.size() == 1 ? " is" : " are"));
}

Json ByteLevel(bool add_prefix_space, bool use_regex = true) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", true},
          {"use_regex", use_regex}};
}

Json Split(const char* regex) {
  return {{"type", "Split"},
          {"pattern", {{"Regex", regex}}},
          {"behavior", "Isolated"},
          {"invert", false}};
}

Json Digits(bool individual) {
  return {{"type", "Digits"}, {"individual_digits", individual}};
}

// What a byte-level tokenizer does before its BPE, by the name that files give
// it: as the published tokenizer.json of the models it is named for.
struct PreTokenizer {
  absl::string_view name;
  Json (*steps)();           // split the text into words
  bool composes = false;     // brings the text into the form NFC first
  bool whole_words = false;  // a word that is a token needs no merges
  bool adds_bos = false;     // where the file does not say
};

Json Gpt2Steps() { return Json::array({ByteLevel(false)}); }
Json SmolLmSteps() { return Json::array({Digits(true), ByteLevel(false)}); }
Json FalconSteps() {
  return Json::array({{{"type", "Punctuation"}, {"behavior", "Contiguous"}},
                      ByteLevel(false),
                      Digits(false),
                      Split("[0-9][0-9][0-9]")});
}
Json Llama3Steps() {
  return Json::array(
      {Split("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
             "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
             "\\s+(?!\\S)|\\s+"),
       ByteLevel(false, false)});
}
Json Qwen2Steps() {
  return Json::array(
      {Split("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
             "\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|"
             "\\s+(?!\\S)|\\s+"),
       ByteLevel(false, false)});
}
Json TekkenSteps() {  // Mistral-Nemo
  return Json::array(
      {Split("[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
             "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|"
             "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
             "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|"
             "\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|"
             "\\s+(?!\\S)|\\s+"),
       ByteLevel(false, false)});
}
Json Gpt4oSteps() {  // Phi-4-mini, too
  return Json::array(
      {Split("[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
             "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
             "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
             "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
             "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|"
             "\\s+(?!\\S)|\\s+"),
       ByteLevel(false, false)});
}

constexpr PreTokenizer kPreTokenizers[] = {
    {"gpt-2", Gpt2Steps},
    {"phi-2", Gpt2Steps},
    {"smollm", SmolLmSteps},
    {"falcon", FalconSteps},
    {"olmo", Gpt2Steps, true},  // GPT-NeoX and Pythia, too
    {"llama-bpe", Llama3Steps, false, true, true},
    {"qwen2", Qwen2Steps, true},
    {"tekken", TekkenSteps, false, true, true},
    {"gpt-4o", Gpt4oSteps},
};

absl::StatusOr<PreTokenizer> FindPreTokenizer(const GgufTokenizer& gguf) {
  if (!gguf.pre.has_value()) return Invalid("pre", "missing");
  std::vector<absl::string_view> names;
  for (const PreTokenizer& known : kPreTokenizers) {
    if (known.name == *gguf.pre) return known;
    names.push_back(known.name);
  }
  return NotRead("pre", *gguf.pre, names);
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
  if (gguf.remove_extra_whitespaces.value_or(false)) {
    return absl::UnimplementedError(
        "tokenizer.ggml.remove_extra_whitespaces: not read");
  }
  if (gguf.chat_template.has_value() && !IsValidUtf8(*gguf.chat_template)) {
    return absl::InvalidArgumentError("tokenizer.chat_template: not UTF-8");
  }
  return absl::OkStatus();
}

size_t CodePoints(absl::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(DecodeUtf8(text).bytes);
  return count;
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

Json AddedToken(const std::string& content, bool special) {
  return {{"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false},    {"normalized", false},  {"special", special}};
}

// Special tokens around a text, in the form of tokenizer.json.
Json TokensAround(const GgufTokenizer& gguf, bool bos, bool eos) {
  Json single = Json::array();
  Json pair = Json::array();
  Json tokens = Json::object();
  const auto special = [&](int64_t id, int type) {
    const std::string& text = gguf.tokens[id];
    tokens[text] = {{"id", text},
                    {"ids", Json::array({id})},
                    {"tokens", Json::array({text})}};
    return Json{{"SpecialToken", {{"id", text}, {"type_id", type}}}};
  };
  for (int type = 0; type < 2; ++type) {
    if (bos) pair.push_back(special(*gguf.bos_id, type));
    pair.push_back(
        {{"Sequence", {{"id", type == 0 ? "A" : "B"}, {"type_id", type}}}});
    if (eos) pair.push_back(special(*gguf.eos_id, type));
    if (type == 0) single = pair;
  }
  return {{"type", "TemplateProcessing"},
          {"single", single},
          {"pair", pair},
          {"special_tokens", tokens}};
}

// Whether a token is recognised in the text itself.
bool IsAdded(int64_t type) { return type == kControl || type == kUserDefined; }

// One of the two kinds of tokenizers: the parts of its tokenizer.json that
// depend on the kind.
struct Parts {
  Json normalizer;
  Json pre_tokenizer;
  Json post_processor;  // where there are no tokens around a text
  Json decoder;
  Json unknown;  // text of the token for what has none, or null
  bool byte_fallback = false;
  bool whole_words = false;
  bool adds_bos = false;  // where the file does not say
  Json merges;
};

absl::StatusOr<Parts> ByteLevelParts(const GgufTokenizer& gguf) {
  if (gguf.add_space_prefix.value_or(false)) {
    return absl::UnimplementedError(
        "tokenizer.ggml.add_space_prefix: not read with gpt2");
  }
  SN37_ASSIGN_OR_RETURN(const PreTokenizer pre, FindPreTokenizer(gguf));
  Parts parts;
  if (pre.composes) parts.normalizer = {{"type", "NFC"}};
  parts.pre_tokenizer = {{"type", "Sequence"}, {"pretokenizers", pre.steps()}};
  parts.post_processor = ByteLevel(true);
  parts.decoder = ByteLevel(true);
  parts.whole_words = pre.whole_words;
  parts.adds_bos = pre.adds_bos;
  SN37_ASSIGN_OR_RETURN(parts.merges, Merges(gguf));
  return parts;
}

// Two tokens that make a third, and what ranks the pair.
struct ScoredMerge {
  absl::string_view left, right;
  double score;
  size_t left_length, right_length;  // code points
};

// Every way to make a token of two others, by falling score of the token; of
// one score, the longer left part first, then the longer right part, then the
// order of the tokens.
absl::StatusOr<Json> MergesFromScores(const GgufTokenizer& gguf) {
  if (gguf.scores.size() != gguf.tokens.size()) {
    return Invalid("scores", absl::StrCat(gguf.scores.size(), " values for ",
                                          gguf.tokens.size(), " tokens"));
  }
  absl::flat_hash_map<absl::string_view, size_t> ids;
  for (size_t id = 0; id < gguf.tokens.size(); ++id) ids[gguf.tokens[id]] = id;
  std::vector<ScoredMerge> merges;
  for (size_t id = 0; id < gguf.tokens.size(); ++id) {
    const absl::string_view token = gguf.tokens[id];
    const int64_t type = gguf.types[id];
    if (type == kUnknown || type == kControl || type == kByte) continue;
    if (token.size() > kMaxPieceBytes || !std::isfinite(gguf.scores[id])) {
      return Invalid("tokens", absl::StrCat("number ", id,
                                            " is too long or has no score"));
    }
    std::vector<std::pair<std::pair<size_t, size_t>, ScoredMerge>> found;
    const size_t length = CodePoints(token);
    size_t left_length = 0;
    for (size_t at = 0; at < token.size();) {
      at += DecodeUtf8(token.substr(at)).bytes;
      ++left_length;
      const auto left = ids.find(token.substr(0, at));
      const auto right = ids.find(token.substr(at));
      if (left == ids.end() || right == ids.end()) continue;
      found.push_back({{left->second, right->second},
                       {left->first, right->first, gguf.scores[id], left_length,
                        length - left_length}});
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [order, merge] : found) merges.push_back(merge);
  }
  std::stable_sort(merges.begin(), merges.end(),
                   [](const ScoredMerge& a, const ScoredMerge& b) {
                     return std::tuple(a.score, a.left_length, a.right_length) >
                            std::tuple(b.score, b.left_length, b.right_length);
                   });
  Json pairs = Json::array();
  for (const ScoredMerge& merge : merges) {
    pairs.push_back({std::string(merge.left), std::string(merge.right)});
  }
  return pairs;
}

absl::StatusOr<Parts> SentencePieceParts(const GgufTokenizer& gguf) {
  constexpr char kSpace[] = "\u2581";
  const bool prefix = gguf.add_space_prefix.value_or(true);
  Parts parts;
  const Json replace = {
      {"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kSpace}};
  Json steps = Json::array();
  if (prefix) steps.push_back({{"type", "Prepend"}, {"prepend", kSpace}});
  steps.push_back(replace);
  parts.normalizer = {{"type", "Sequence"}, {"normalizers", steps}};
  Json decoders = Json::array({{{"type", "Replace"},
                                {"pattern", {{"String", kSpace}}},
                                {"content", " "}},
                               {{"type", "ByteFallback"}},
                               {{"type", "Fuse"}}});
  if (prefix) {
    decoders.push_back(
        {{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  }
  parts.decoder = {{"type", "Sequence"}, {"decoders", decoders}};
  const auto unknown =
      std::find(gguf.types.begin(), gguf.types.end(), kUnknown);
  if (unknown != gguf.types.end()) {
    parts.unknown = gguf.tokens[unknown - gguf.types.begin()];
  }
  parts.byte_fallback = true;
  parts.adds_bos = true;
  SN37_ASSIGN_OR_RETURN(parts.merges, MergesFromScores(gguf));
  return parts;
}

constexpr struct {
  absl::string_view name;  // tokenizer.ggml.model
  absl::StatusOr<Parts> (*parts)(const GgufTokenizer& gguf);
} kModels[] = {{"gpt2", ByteLevelParts}, {"llama", SentencePieceParts}};

absl::StatusOr<Parts> PartsOf(const GgufTokenizer& gguf) {
  std::vector<absl::string_view> names;
  for (const auto& model : kModels) {
    if (model.name == gguf.model) return model.parts(gguf);
    names.push_back(model.name);
  }
  return NotRead("model", gguf.model, names);
}

absl::StatusOr<Json> TokenizerJson(const GgufTokenizer& gguf) {
  SN37_ASSIGN_OR_RETURN(Parts parts, PartsOf(gguf));
  const bool bos = gguf.add_bos.value_or(parts.adds_bos);
  const bool eos = gguf.add_eos.value_or(false);
  if (bos && !gguf.bos_id.has_value()) {
    return Invalid("add_bos_token", "true without a bos_token_id");
  }
  if (eos && !gguf.eos_id.has_value()) {
    return Invalid("add_eos_token", "true without an eos_token_id");
  }
  Json vocabulary = Json::object();
  Json added = Json::array();
  // push_back and not operator[], which would search all tokens before.
  auto& entries = vocabulary.get_ref<Json::object_t&>();
  for (size_t id = 0; id < gguf.tokens.size(); ++id) {
    entries.push_back({gguf.tokens[id], id});
    const int64_t type = gguf.types[id];
    const bool unknown = parts.unknown == gguf.tokens[id];
    if (!IsAdded(type) && !unknown) continue;
    added.push_back({{"id", id}});
    added.back().update(AddedToken(gguf.tokens[id], type != kUserDefined));
  }
  return Json{
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", std::move(added)},
      {"normalizer", std::move(parts.normalizer)},
      {"pre_tokenizer", std::move(parts.pre_tokenizer)},
      {"post_processor", bos || eos ? TokensAround(gguf, bos, eos)
                                    : std::move(parts.post_processor)},
      {"decoder", std::move(parts.decoder)},
      {"model",
       {{"type", "BPE"},
        {"dropout", nullptr},
        {"unk_token", parts.unknown},
        {"continuing_subword_prefix", nullptr},
        {"end_of_word_suffix", nullptr},
        {"fuse_unk", parts.byte_fallback},
        {"byte_fallback", parts.byte_fallback},
        {"ignore_merges", parts.whole_words},
        {"vocab", std::move(vocabulary)},
        {"merges", std::move(parts.merges)}}},
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
  return tokens;
}

Json ConfigJson(const GgufTokenizer& gguf, const Json& special_tokens) {
  Json decoder = Json::object();
  auto& entries = decoder.get_ref<Json::object_t&>();
  for (size_t id = 0; id < gguf.tokens.size(); ++id) {
    const int64_t type = gguf.types[id];
    if (!IsAdded(type)) continue;
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
  SN37_RETURN_IF_ERROR(CheckTokens(gguf));
  SN37_ASSIGN_OR_RETURN(const Json special, SpecialTokens(gguf));
  SN37_ASSIGN_OR_RETURN(const Json tokenizer, TokenizerJson(gguf));
  return TokenizerFiles{Written(tokenizer), Written(ConfigJson(gguf, special)),
                        Written(special)};
}

}  // namespace sn37::eval
