#include "eval/methods/judge.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "datasets/sample.pb.h"
#include "eval/methods/answer.h"
#include "eval/methods/deviation.h"
#include "eval/methods/likelihood.h"
#include "eval/methods/method.h"
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

absl::StatusOr<datasets::MultipleChoice> GetQuestion(const json& record) {
  datasets::MultipleChoice question;
  SN37_ASSIGN_OR_RETURN(const auto choices, GetTexts(record, "choices"));
  for (const std::string& choice : choices) question.add_choices(choice);
  SN37_ASSIGN_OR_RETURN(*question.mutable_answer(),
                        GetString(record, "answer", kMaxTextBytes));
  if (std::find(choices.begin(), choices.end(), question.answer()) ==
      choices.end()) {
    return absl::InvalidArgumentError("answer is not one of choices");
  }
  return question;
}

absl::StatusOr<json> JudgeChoices(const json& record) {
  SN37_ASSIGN_OR_RETURN(const auto question, GetQuestion(record));
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

// A scored text; without bytes where the record names none.
absl::StatusOr<Response> ParseScored(const json& record) {
  Response response;
  SN37_ASSIGN_OR_RETURN(const int64_t bytes,
                        GetIntOr(record, "scored_bytes", 1, INT64_MAX, 0));
  response.set_scored_bytes(bytes);
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

absl::StatusOr<Responses> GetScored(const json& record) {
  SN37_ASSIGN_OR_RETURN(const json* list, GetArray(record, "responses"));
  Responses responses;
  for (const json& entry : *list) {
    SN37_ASSIGN_OR_RETURN(*responses.Add(), ParseScored(entry));
  }
  return responses;
}

absl::StatusOr<json> JudgeLosses(const json& record) {
  SN37_ASSIGN_OR_RETURN(
      const std::string name,
      GetStringOr(record, "loss_unit", kMaxNameBytes, "nats_per_token"));
  if (name != "nats_per_token" && name != "bits_per_byte") {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown loss_unit ", Printable(name)));
  }
  const LossUnit unit = name == "bits_per_byte" ? LossUnit::kBitsPerByte
                                                : LossUnit::kNatsPerToken;
  SN37_ASSIGN_OR_RETURN(const Responses responses, GetScored(record));
  json items = json::array();
  for (const Response& response : responses) {
    SN37_ASSIGN_OR_RETURN(const double loss, Loss(response, unit));
    items.push_back(loss);
  }
  return json{{"items", items}};
}

// The likelihoods of the record's responses, of which there must be `count`.
absl::StatusOr<std::vector<Likelihood>> GetLikelihoods(const json& record,
                                                       int64_t count) {
  SN37_ASSIGN_OR_RETURN(const Responses responses, GetScored(record));
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, count));
  return Likelihoods(responses);
}

json ToJson(const SampleScore& score) {
  json judged = {{"items", json::array()}};
  for (double item : score.items()) judged["items"].push_back(item);
  for (const Number& number : score.numbers()) {
    judged[number.name()] = number.value();
  }
  return judged;
}

absl::StatusOr<json> JudgeLikeliestChoice(const json& record) {
  SN37_ASSIGN_OR_RETURN(const auto question, GetQuestion(record));
  const auto& choices = question.choices();
  if (choices.size() < 2) {
    return absl::InvalidArgumentError("choices holds fewer than 2");
  }
  SN37_ASSIGN_OR_RETURN(const auto likelihoods,
                        GetLikelihoods(record, choices.size()));
  const auto answer =
      std::find(choices.begin(), choices.end(), question.answer());
  return ToJson(ChoiceScore(likelihoods, answer - choices.begin()));
}

absl::StatusOr<json> JudgePreference(const json& record) {
  SN37_ASSIGN_OR_RETURN(const auto replies, GetLikelihoods(record, 2));
  return ToJson(PreferenceScore(replies[0], replies[1]));
}

absl::StatusOr<json> JudgeRanking(const json& record) {
  SN37_ASSIGN_OR_RETURN(const Responses responses, GetScored(record));
  SN37_ASSIGN_OR_RETURN(const auto items, Likelihoods(responses));
  SN37_ASSIGN_OR_RETURN(const json* list, GetArray(record, "relevant"));
  std::set<int32_t> relevant;
  for (const json& place : *list) {
    if (!place.is_number_integer() || place < 0 || place >= items.size() ||
        !relevant.insert(place.get<int32_t>()).second) {
      return absl::InvalidArgumentError(
          "relevant holds what is no place of a response, or one twice");
    }
  }
  if (relevant.empty()) return absl::InvalidArgumentError("relevant is empty");
  const std::vector<int32_t> places(relevant.begin(), relevant.end());
  return ToJson(RankingScore(items, places));
}

absl::StatusOr<json> JudgeAnswers(const json& record) {
  SN37_ASSIGN_OR_RETURN(const std::string right,
                        GetString(record, "answer", kMaxTextBytes));
  SN37_ASSIGN_OR_RETURN(const std::string name,
                        GetStringOr(record, "form", kMaxNameBytes, "TEXT"));
  datasets::FinalAnswer::Form form;
  if (!datasets::FinalAnswer::Form_Parse(name, &form)) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown form ", Printable(name)));
  }
  SN37_ASSIGN_OR_RETURN(const auto replies, GetTexts(record, "responses"));
  json items = json::array();
  json answers = json::array();
  for (const std::string& reply : replies) {
    const std::optional<std::string> answer = FindAnswer(reply);
    items.push_back(AnswerDeviation(form, right, answer));
    answers.push_back(answer.has_value() ? json(*answer) : json());
  }
  return json{{"items", items}, {"answers", answers}};
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
    {"choice_likelihood", JudgeLikeliestChoice},
    {"preference", JudgePreference},
    {"ranking", JudgeRanking},
    {"final_answer", JudgeAnswers},
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
