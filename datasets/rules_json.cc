#include "datasets/rules_json.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "datasets/json_keys.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr size_t kMaxItems = 16;
constexpr size_t kMaxTextBytes = 1024;
constexpr int64_t kMaxCount = std::numeric_limits<int32_t>::max();

// An array of at most kMaxItems under `key`; an empty one where it is absent.
absl::StatusOr<nlohmann::json> GetArrayOrEmpty(const nlohmann::json& object,
                                               absl::string_view key) {
  const nlohmann::json* array = FindField(object, key);
  if (array == nullptr) return nlohmann::json::array();
  if (!array->is_array() || array->size() > kMaxItems) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", key, "\" must be an array of at most ", kMaxItems, " items"));
  }
  return *array;
}

absl::StatusOr<Rule> RuleFromJson(const nlohmann::json& object) {
  Rule rule;
  SN37_RETURN_IF_ERROR(CheckKeys(
      object, {"id", "count", "keywords", "keyword_counts", "phrase"}));
  SN37_ASSIGN_OR_RETURN(std::string name,
                        GetString(object, "id", kMaxTextBytes));
  RuleId id;
  if (!RuleId_Parse(name, &id)) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown rule \"", Printable(name), "\""));
  }
  rule.set_id(id);
  SN37_ASSIGN_OR_RETURN(int64_t count,
                        GetIntOr(object, "count", 0, kMaxCount, 0));
  rule.set_count(static_cast<int32_t>(count));
  SN37_ASSIGN_OR_RETURN(nlohmann::json keywords,
                        GetArrayOrEmpty(object, "keywords"));
  for (const nlohmann::json& keyword : keywords) {
    if (!keyword.is_string()) {
      return absl::InvalidArgumentError("a keyword must be a string");
    }
    rule.add_keywords(keyword.get<std::string>());
  }
  SN37_ASSIGN_OR_RETURN(nlohmann::json counts,
                        GetArrayOrEmpty(object, "keyword_counts"));
  for (const nlohmann::json& item : counts) {
    const nlohmann::json holder = {{"keyword_counts", item}};
    SN37_ASSIGN_OR_RETURN(int64_t value,
                          GetInt(holder, "keyword_counts", 0, kMaxCount));
    rule.add_keyword_counts(static_cast<int32_t>(value));
  }
  SN37_ASSIGN_OR_RETURN(std::string phrase,
                        GetStringOr(object, "phrase", kMaxTextBytes, ""));
  rule.set_phrase(phrase);
  return rule;
}

nlohmann::json RuleToJson(const Rule& rule) {
  nlohmann::json object = {{"id", RuleId_Name(rule.id())}};
  if (rule.count() != 0) object["count"] = rule.count();
  for (const std::string& keyword : rule.keywords()) {
    object["keywords"].push_back(keyword);
  }
  for (int32_t count : rule.keyword_counts()) {
    object["keyword_counts"].push_back(count);
  }
  if (!rule.phrase().empty()) object["phrase"] = rule.phrase();
  return object;
}

}  // namespace

std::string RulesToJson(const Rules& rules) {
  nlohmann::json array = nlohmann::json::array();
  for (const Rule& rule : rules) array.push_back(RuleToJson(rule));
  return CanonicalJson(array);
}

absl::StatusOr<Rules> RulesFromJson(absl::string_view json) {
  SN37_ASSIGN_OR_RETURN(nlohmann::json array,
                        ParseJson(json, {.bytes = 64 << 10, .depth = 4}));
  if (!array.is_array() || array.size() > kMaxItems) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be an array of at most ", kMaxItems, " rules"));
  }
  Rules rules;
  for (const nlohmann::json& object : array) {
    SN37_ASSIGN_OR_RETURN(*rules.Add(), RuleFromJson(object));
  }
  return rules;
}

}  // namespace sn37::datasets
