#include "eval/tokenizer/tokenizer_config.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "eval/weights/model_file.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kMaxConfigBytes = 16 << 20;
constexpr uint64_t kMaxTemplateBytes = 256 << 10;
constexpr size_t kMaxTokenBytes = 4096;

constexpr char kConfigFile[] = "tokenizer_config.json";
constexpr char kMapFile[] = "special_tokens_map.json";
constexpr char kTemplateFile[] = "chat_template.jinja";

constexpr absl::string_view kNames[] = {"bos_token", "eos_token", "unk_token",
                                        "sep_token", "pad_token", "cls_token",
                                        "mask_token"};
constexpr char kMoreNames[] = "additional_special_tokens";

// The classes that build their own post-processor, and whether they begin a
// text with bos_token where the file does not say.
struct WrappingClass {
  absl::string_view name;
  bool add_bos;
};
constexpr WrappingClass kWrappingClasses[] = {
    {"LlamaTokenizer", true},    {"CodeLlamaTokenizer", true},
    {"GemmaTokenizer", true},    {"CohereTokenizer", true},
    {"GPTNeoXTokenizer", false},
};

absl::Status Malformed(absl::string_view file, absl::string_view key) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": ", key, " is malformed"));
}

// Nothing where the file does not exist.
absl::StatusOr<std::optional<std::string>> ReadIfThere(const std::string& path,
                                                       uint64_t max_bytes) {
  const absl::StatusOr<std::string> file = ResolveModelFile(path);
  if (absl::IsNotFound(file.status())) return std::nullopt;
  SN37_RETURN_IF_ERROR(file.status());
  SN37_ASSIGN_OR_RETURN(std::string text, ReadFile(*file, max_bytes));
  return std::make_optional(std::move(text));
}

// An empty object where the file does not exist.
absl::StatusOr<Json> ReadObject(const std::string& folder, const char* file) {
  const std::string path = JoinPath(folder, file);
  SN37_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                        ReadIfThere(path, kMaxConfigBytes));
  if (!text.has_value()) return Json::object();
  auto json = ParseJson(*text, {.bytes = kMaxConfigBytes, .depth = 64});
  SN37_RETURN_IF_ERROR(Annotate(json.status(), Printable(path)));
  if (!json->is_object()) return Malformed(Printable(path), "the object");
  return *std::move(json);
}

// A token as tokenizer.json writes it, from its text alone or from an object
// with its "content" and some of its flags.
absl::StatusOr<Json> ReadToken(const Json& value, bool special,
                               absl::string_view key) {
  const Json* content =
      value.is_string() ? &value : FindField(value, "content");
  if (content == nullptr || !content->is_string() ||
      content->get_ref<const std::string&>().size() > kMaxTokenBytes) {
    return Malformed(kConfigFile, Printable(key));
  }
  Json token = {{"content", *content}};
  const std::pair<const char*, bool> kFlags[] = {{"single_word", false},
                                                 {"lstrip", false},
                                                 {"rstrip", false},
                                                 {"special", special}};
  for (const auto& [flag, otherwise] : kFlags) {
    const Json* field = value.is_object() ? FindField(value, flag) : nullptr;
    token[flag] =
        field != nullptr && field->is_boolean() ? *field : Json(otherwise);
  }
  const Json* normalized =
      value.is_object() ? FindField(value, "normalized") : nullptr;
  token["normalized"] = normalized != nullptr && normalized->is_boolean()
                            ? *normalized
                            : Json(!token["special"].get<bool>());
  return token;
}

// The tokens of added_tokens_decoder, by id.
absl::StatusOr<Json> ReadAddedTokens(const Json& config) {
  constexpr char kKey[] = "added_tokens_decoder";
  Json added = Json::array();
  const Json* decoder = FindField(config, kKey);
  if (decoder == nullptr) return added;
  if (!decoder->is_object()) return Malformed(kConfigFile, kKey);
  std::map<int64_t, const Json*> by_id;
  for (const auto& [id_text, token] : decoder->items()) {
    int64_t id;
    if (!absl::SimpleAtoi(id_text, &id) || id < 0) {
      return Malformed(kConfigFile, kKey);
    }
    by_id[id] = &token;
  }
  for (const auto& [id, token] : by_id) {
    SN37_ASSIGN_OR_RETURN(added.emplace_back(), ReadToken(*token, false, kKey));
  }
  return added;
}

// The named special tokens; sets config.special_tokens on the way.
absl::StatusOr<Json> ReadSpecialTokens(const Json& json,
                                       TokenizerConfig& config) {
  Json tokens = Json::array();
  for (const absl::string_view name : kNames) {
    const Json* value = FindField(json, name);
    if (value == nullptr) continue;
    SN37_ASSIGN_OR_RETURN(Json token, ReadToken(*value, true, name));
    token["special"] = true;
    config.special_tokens[std::string(name)] = token["content"];
    tokens.push_back(std::move(token));
  }
  const Json* more = FindField(json, kMoreNames);
  if (more == nullptr) return tokens;
  if (!more->is_array()) return Malformed(kConfigFile, kMoreNames);
  for (const Json& value : *more) {
    SN37_ASSIGN_OR_RETURN(Json token, ReadToken(value, true, kMoreNames));
    token["special"] = true;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

// What the classes that build their own post-processor put before and after
// a text: {"bos": token or null, "eos": ...}. Null for the other classes.
absl::StatusOr<Json> ReadWrap(const Json& json, const TokenizerConfig& config) {
  SN37_ASSIGN_OR_RETURN(
      const std::string class_name,
      GetStringOr(json, "tokenizer_class", kMaxTokenBytes, ""));
  const auto* found =
      std::find_if(std::begin(kWrappingClasses), std::end(kWrappingClasses),
                   [&](const WrappingClass& known) {
                     return known.name == absl::StripSuffix(class_name, "Fast");
                   });
  if (found == std::end(kWrappingClasses)) return Json();
  const auto token = [&](const char* flag, const char* name,
                         bool otherwise) -> absl::StatusOr<Json> {
    SN37_ASSIGN_OR_RETURN(const bool add, GetBoolOr(json, flag, otherwise));
    if (!add) return Json();
    const auto special = config.special_tokens.find(name);
    if (special == config.special_tokens.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, " is true but there is no ", name));
    }
    return Json(special->second);
  };
  Json wrap = Json::object();
  SN37_ASSIGN_OR_RETURN(wrap["bos"],
                        token("add_bos_token", "bos_token", found->add_bos));
  SN37_ASSIGN_OR_RETURN(wrap["eos"],
                        token("add_eos_token", "eos_token", false));
  return wrap;
}

absl::StatusOr<std::string> ReadChanges(const Json& json,
                                        TokenizerConfig& config) {
  Json changes = Json::object();
  SN37_ASSIGN_OR_RETURN(changes["added"], ReadAddedTokens(json));
  SN37_ASSIGN_OR_RETURN(changes["special"], ReadSpecialTokens(json, config));
  SN37_ASSIGN_OR_RETURN(changes["add_prefix_space"],
                        GetBoolOr(json, "add_prefix_space", false));
  SN37_ASSIGN_OR_RETURN(changes["wrap"], ReadWrap(json, config));
  return CanonicalJson(changes);
}

// A list of {"name", "template"}: the one named "default".
absl::StatusOr<std::string> DefaultTemplate(const Json& list) {
  for (const Json& named : list) {
    const Json* name = FindField(named, "name");
    const Json* source = FindField(named, "template");
    if (name == nullptr || source == nullptr || !source->is_string()) {
      return Malformed(kConfigFile, "chat_template");
    }
    if (*name == "default") return source->get<std::string>();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(kConfigFile, ": chat_template names ", list.size(),
                   " templates but none is the default"));
}

absl::StatusOr<std::optional<std::string>> ReadTemplate(
    const std::string& folder, const Json& json) {
  SN37_ASSIGN_OR_RETURN(
      std::optional<std::string> file,
      ReadIfThere(JoinPath(folder, kTemplateFile), kMaxTemplateBytes));
  if (file.has_value()) return file;
  const Json* field = FindField(json, "chat_template");
  if (field == nullptr) return std::nullopt;
  if (field->is_string()) return field->get<std::string>();
  if (!field->is_array()) return Malformed(kConfigFile, "chat_template");
  SN37_ASSIGN_OR_RETURN(std::string source, DefaultTemplate(*field));
  return std::make_optional(std::move(source));
}

}  // namespace

absl::StatusOr<TokenizerConfig> ReadTokenizerConfig(const std::string& folder) {
  SN37_ASSIGN_OR_RETURN(Json json, ReadObject(folder, kConfigFile));
  SN37_ASSIGN_OR_RETURN(const Json map, ReadObject(folder, kMapFile));
  if (FindField(json, "added_tokens_decoder") == nullptr) json.update(map);
  TokenizerConfig config;
  SN37_ASSIGN_OR_RETURN(config.clean_up_spaces,
                        GetBoolOr(json, "clean_up_tokenization_spaces", false));
  SN37_ASSIGN_OR_RETURN(config.chat_template, ReadTemplate(folder, json));
  SN37_ASSIGN_OR_RETURN(config.changes, ReadChanges(json, config));
  return config;
}

}  // namespace sn37::eval
