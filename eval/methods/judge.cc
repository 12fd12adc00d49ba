#include "eval/methods/judge.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "datasets/sample.pb.h"
#include "eval/methods/deviation.h"
#include "eval/methods/method.pb.h"
#include "eval/methods/response.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/rules/rules.h"

namespace sn37::eval {
namespace {

using nlohmann::json;

constexpr size_t kMaxTextBytes = 4 << 20;
constexpr size_t kMaxNameBytes = 64;
constexpr int64_t kMaxCount = 1 << 20;
constexpr double kMaxLogprob = 1e300;  // in absolute value: any finite one

absl::StatusOr<const json*> GetArray(const json& object,
                                     absl::string_view key) {
  const json* array = FindField(object, key);
  if (array != nullptr && array->is_array()) return array;
  return absl::InvalidArgumentError(absl::StrCat(key, " is no array"));
}

absl::StatusOr<std::vector<std::string>> GetTexts(const json& object,
                                                  absl::string_view key) {
  SN37_ASSIGN_OR_RETURN(const json* array, GetArray(object, key));
  std::vector<std::string> texts;
  for (const json& text : *array) {
    if (!text.is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat(key, "[", texts.size(), "] is no string"));
    }
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

// ---- One function per kind of method ----------------------------------------
// Each returns {"items": [...]} and whatever else the method shows.

absl::StatusOr<json> JudgeChoices(const json& record) {
  datasets::MultipleChoice question;
  SN37_ASSIGN_OR_RETURN(const auto choices, GetTexts(record, "choices"));
  for (const std::string& choice : choices) question.add_choices(choice);
  SN37_ASSIGN_OR_RETURN(*question.mutable_answer(),
                        GetString(record, "answer", kMaxTextBytes));
  if (std::find(choices.begin(), choices.end(), question.answer()) ==
      choices.end()) {
    return absl::InvalidArgumentError("answer is not one of choices");
  }
  SN37_ASSIGN_OR_RETURN(const auto replies, GetTexts(record, "responses"));
  json items = json::array();
  for (const std::string& reply : replies) {
    items.push_back(ChoiceDeviation(question, reply));
  }
  return json{{"items", items}};
}

absl::StatusOr<Rule> ParseRule(const json& record) {
  SN37_ASSIGN_OR_RETURN(const std::string name,
                        GetString(record, "rule", kMaxNameBytes));
  Rule rule;
  RuleId id;
  if (!RuleId_Parse(name, &id)) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown rule ", Printable(name)));
  }
  rule.set_id(id);
  const json* params = FindField(record, "params");
  if (params == nullptr) return rule;
  SN37_ASSIGN_OR_RETURN(const int64_t count,
                        GetIntOr(*params, "count", 1, kMaxCount, 0));
  rule.set_count(static_cast<int>(count));
  SN37_ASSIGN_OR_RETURN(*rule.mutable_phrase(),
                        GetStringOr(*params, "phrase", kMaxTextBytes, ""));
  if (FindField(*params, "keywords") != nullptr) {
    SN37_ASSIGN_OR_RETURN(const auto keywords, GetTexts(*params, "keywords"));
    for (const std::string& keyword : keywords) rule.add_keywords(keyword);
  }
  if (FindField(*params, "keywords_and_counts") != nullptr) {
    SN37_ASSIGN_OR_RETURN(const json* pairs,
                          GetArray(*params, "keywords_and_counts"));
    for (const json& pair : *pairs) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() ||
          !pair[1].is_number_integer() || pair[1] < 0 || pair[1] > kMaxCount) {
        return absl::InvalidArgumentError(
            "keywords_and_counts holds no pairs of keyword and count");
      }
      rule.add_keywords(pair[0].get<std::string>());
      rule.add_keyword_counts(pair[1].get<int>());
    }
  }
  return rule;
}

absl::StatusOr<json> JudgeInstructions(const json& record) {
  SN37_ASSIGN_OR_RETURN(const json* list, GetArray(record, "rules"));
  if (list->empty()) return absl::InvalidArgumentError("rules is empty");
  std::vector<Rule> rules;
  for (const json& entry : *list) {
    SN37_ASSIGN_OR_RETURN(rules.emplace_back(), ParseRule(entry));
  }
  SN37_ASSIGN_OR_RETURN(const int64_t prompt,
                        GetIntOr(record, "prompt_index", 0, kMaxCount, 0));
  SN37_ASSIGN_OR_RETURN(const auto replies, GetTexts(record, "responses"));
  json items = json::array();
  json satisfied = json::array();
  for (const std::string& reply : replies) {
    json row = json::array();
    int count = 0;
    for (const Rule& rule : rules) {
      SN37_ASSIGN_OR_RETURN(const bool followed,
                            Satisfied(rule, static_cast<int>(prompt), reply));
      row.push_back(followed);
      count += followed ? 1 : 0;
    }
    satisfied.push_back(row);
    items.push_back(RuleDeviation(count, std::ssize(rules)));
  }
  return json{{"items", items}, {"satisfied", satisfied}};
}

absl::StatusOr<Response> ParseScored(const json& record) {
  Response response;
  if (FindField(record, "logprobs") == nullptr) {
    SN37_ASSIGN_OR_RETURN(
        const double sum,
        GetDouble(record, "sum_logprob", -kMaxLogprob, kMaxLogprob));
    SN37_ASSIGN_OR_RETURN(const int64_t tokens,
                          GetInt(record, "scored_tokens", 1, INT64_MAX));
    response.set_sum_logprob(sum);
    response.set_scored_tokens(tokens);
    return response;
  }
  SN37_ASSIGN_OR_RETURN(const json* logprobs, GetArray(record, "logprobs"));
  double sum = 0;
  for (const json& logprob : *logprobs) {
    if (!logprob.is_number()) {
      return absl::InvalidArgumentError("logprobs holds what is no number");
    }
    sum += logprob.get<double>();
  }
  response.set_sum_logprob(sum);
  response.set_scored_tokens(std::ssize(*logprobs));
  return response;
}

absl::StatusOr<json> JudgeLosses(const json& record) {
  SN37_ASSIGN_OR_RETURN(const json* list, GetArray(record, "responses"));
  json items = json::array();
  for (const json& entry : *list) {
    SN37_ASSIGN_OR_RETURN(const Response response, ParseScored(entry));
    SN37_ASSIGN_OR_RETURN(const double loss, MeanLoss(response));
    items.push_back(loss);
  }
  return json{{"items", items}};
}

// One row per method.
constexpr struct {
  absl::string_view method;
  absl::StatusOr<json> (*judge)(const json& record);
} kJudges[] = {
    {"multiple_choice", JudgeChoices},
    {"reference_loss", JudgeLosses},
    {"text_loss", JudgeLosses},
    {"if_eval", JudgeInstructions},
};

}  // namespace

absl::StatusOr<json> JudgeRecord(const json& record) {
  SN37_ASSIGN_OR_RETURN(const std::string name,
                        GetString(record, "method", kMaxNameBytes));
  for (const auto& row : kJudges) {
    if (row.method != name) continue;
    SN37_ASSIGN_OR_RETURN(json judged, row.judge(record));
    const std::vector<double> items = judged["items"];
    if (items.empty()) return absl::InvalidArgumentError("responses is empty");
    judged["score"] = std::accumulate(items.begin(), items.end(), 0.0) /
                      static_cast<double>(items.size());
    if (record.contains("id")) judged["id"] = record["id"];
    return judged;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown method ", Printable(name)));
}

}  // namespace sn37::eval
