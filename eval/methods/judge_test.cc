#include "eval/methods/judge.h"

#include <string>

#include "eval/methods/methods.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/rules/vectors_testing.h"

namespace sn37::eval {
namespace {

using ::nlohmann::json;
using ::testing::HasSubstr;

json Judged(const char* record) {
  const absl::StatusOr<json> judged = JudgeRecord(*ParseJson(record, {}));
  EXPECT_TRUE(judged.ok()) << judged.status();
  return judged.value_or(json());
}

TEST(JudgeTest, NoMethodIsUnknown) {
  for (const Method* method : AllMethods()) {
    const auto judged = JudgeRecord({{"method", std::string(method->name)}});
    EXPECT_THAT(std::string(judged.status().message()),
                Not(HasSubstr("unknown method")));
  }
  EXPECT_THAT(
      std::string(JudgeRecord({{"method", "guess"}}).status().message()),
      HasSubstr("unknown method guess"));
}

TEST(JudgeTest, EveryMethod) {
  EXPECT_EQ(
      Judged(R"({"id": "a", "method": "multiple_choice",
                       "choices": ["A", "B"], "answer": "B",
                       "responses": ["It is B.", "A or B"]})"),
      *ParseJson(R"({"id": "a", "items": [0.0, 1.0], "score": 0.5})", {}));
  EXPECT_EQ(Judged(R"({"id": 7, "method": "if_eval", "prompt_index": 1,
                 "rules": [
                   {"rule": "WORD_COUNT_AT_MOST", "params": {"count": 2}},
                   {"rule": "KEYWORD_FREQUENCY",
                    "params": {"keywords_and_counts": [["x", 0], ["cat", 1]]}}],
                 "responses": ["a cat", "no dog at all, cat", "dog"]})"),
            *ParseJson(R"({"id": 7, "satisfied": [[true, true], [false, true],
                                            [true, false]],
                     "items": [0.0, 0.75, 0.75], "score": 0.5})",
                       {}));
  EXPECT_EQ(Judged(R"({"method": "reference_loss", "responses": [
                       {"logprobs": [-1, -2]},
                       {"sum_logprob": -5.0, "scored_tokens": 2}]})"),
            *ParseJson(R"({"items": [1.5, 2.5], "score": 2.0})", {}));
  EXPECT_EQ(
      Judged(R"({"method": "text_loss", "responses": [{"logprobs": [-1]}]})"),
      *ParseJson(R"({"items": [1.0], "score": 1.0})", {}));
  EXPECT_EQ(Judged(R"({"method": "text_loss", "loss_unit": "nats_per_token",
                       "responses": [{"logprobs": [-1]}]})"),
            *ParseJson(R"({"items": [1.0], "score": 1.0})", {}));
  EXPECT_DOUBLE_EQ(
      Judged(R"({"method": "reference_loss", "loss_unit": "bits_per_byte",
                 "responses": [{"sum_logprob": -6.931471805599453,
                                "scored_tokens": 3, "scored_bytes": 5}]})")
          ["score"],
      2);
  EXPECT_EQ(Judged(R"({"method": "choice_likelihood",
                       "choices": ["A", "long"], "answer": "long",
                       "responses": [
                         {"logprobs": [-2], "scored_bytes": 1},
                         {"sum_logprob": -6, "scored_tokens": 1,
                          "scored_bytes": 4}]})"),
            *ParseJson(R"({"items": [0.0], "score": 0.0, "margin": -4.0,
                           "margin_per_byte": 0.5})",
                       {}));
  EXPECT_EQ(Judged(R"({"method": "preference", "responses": [
                       {"logprobs": [-2], "scored_bytes": 1},
                       {"logprobs": [-8], "scored_bytes": 4}]})"),
            *ParseJson(R"({"items": [0.5], "score": 0.5, "margin": 6.0,
                           "margin_per_byte": 0.0})",
                       {}));
  EXPECT_EQ(Judged(R"({"method": "ranking", "relevant": [1], "responses": [
                       {"logprobs": [-2], "scored_bytes": 1},
                       {"logprobs": [-1], "scored_bytes": 4}]})"),
            *ParseJson(R"({"items": [0.0], "score": 0.0, "ndcg": 1.0,
                           "hit": 1.0})",
                       {}));
  EXPECT_EQ(Judged(R"({"method": "final_answer", "answer": "1/2",
                       "form": "NUMBER",
                       "responses": ["\\boxed{0.5}", "0.5"]})"),
            *ParseJson(R"({"items": [0.0, 1.0], "score": 0.5,
                           "answers": ["0.5", null]})",
                       {}));
}

TEST(JudgeTest, RuleVectorsOfTheReference) {
  const json vectors = ReadVectors("sn37/rules/testdata/ifeval_rules.json");
  for (const json& c : vectors["cases"]) {
    const auto judged = JudgeRecord({{"method", "if_eval"},
                                     {"rules", vectors["rules"]},
                                     {"prompt_index", c["index"]},
                                     {"responses", {c["text"]}}});
    ASSERT_TRUE(judged.ok()) << judged.status();
    std::string bits;
    for (const json& followed : (*judged)["satisfied"][0]) {
      bits += followed.get<bool>() ? '1' : '0';
    }
    EXPECT_EQ(bits, c["satisfied"]) << c["text"];
  }
}

TEST(JudgeTest, WhatCannotBeJudgedIsAnErrorThatSaysWhy) {
  const struct {
    const char* record;
    const char* error;
  } kCases[] = {
      {"[]", "object"},
      {"{}", "method"},
      {R"({"method": "guess"})", "unknown method guess"},
      {R"({"method": "multiple_choice", "choices": ["A"], "answer": "B",
           "responses": ["A"]})",
       "answer is not one of choices"},
      {R"({"method": "multiple_choice", "choices": ["A"], "answer": "A",
           "responses": []})",
       "responses is empty"},
      {R"({"method": "multiple_choice", "choices": ["A"], "answer": "A",
           "responses": [1]})",
       "responses[0] is no string"},
      {R"({"method": "multiple_choice", "choices": 3})", "choices is no array"},
      {R"({"method": "if_eval", "rules": [], "responses": ["a"]})",
       "rules is empty"},
      {R"({"method": "if_eval", "rules": [{"rule": "NONE"}]})",
       "unknown rule NONE"},
      {R"({"method": "if_eval", "rules": [1]})", "object"},
      {R"({"method": "if_eval", "rules": [{"rule": "WORD_COUNT_AT_MOST",
           "params": {"count": 0}}], "responses": ["a"]})",
       "count"},
      {R"({"method": "if_eval", "rules": [{"rule": "KEYWORD_INCLUSION",
           "params": {"keywords": ["a"]}}], "prompt_index": 1,
           "responses": ["a"]})",
       "no keyword for prompt 1"},
      {R"({"method": "if_eval", "rules": [{"rule": "KEYWORD_FREQUENCY",
           "params": {"keywords_and_counts": [["a", -1]]}}]})",
       "keywords_and_counts"},
      {R"({"method": "text_loss", "responses": [{"logprobs": []}]})",
       "without scored tokens"},
      {R"({"method": "text_loss", "responses": [{"logprobs": ["x"]}]})",
       "no number"},
      {R"({"method": "text_loss", "responses": [{"scored_tokens": 1}]})",
       "sum_logprob"},
      {R"({"method": "text_loss", "loss_unit": "bits", "responses": []})",
       "unknown loss_unit bits"},
      {R"({"method": "text_loss", "loss_unit": "bits_per_byte",
           "responses": [{"logprobs": [-1]}]})",
       "without scored bytes"},
      {R"({"method": "choice_likelihood", "choices": ["A"], "answer": "A",
           "responses": [{"logprobs": [-1], "scored_bytes": 1}]})",
       "fewer than 2"},
      {R"({"method": "choice_likelihood", "choices": ["A", "B"],
           "answer": "A", "responses": [{"logprobs": [-1]}]})",
       "1 responses where 2 belong"},
      {R"({"method": "preference", "responses": [{"logprobs": [-1]},
           {"logprobs": [-1]}]})",
       "without scored bytes"},
      {R"({"method": "preference", "responses": [{"logprobs": [-1]}]})",
       "1 responses where 2 belong"},
      {R"({"method": "ranking", "relevant": [1], "responses": [
           {"logprobs": [-1], "scored_bytes": 1}]})",
       "no place of a response"},
      {R"({"method": "ranking", "relevant": [0, 0], "responses": [
           {"logprobs": [-1], "scored_bytes": 1}]})",
       "one twice"},
      {R"({"method": "ranking", "relevant": [], "responses": [
           {"logprobs": [-1], "scored_bytes": 1}]})",
       "relevant is empty"},
      {R"({"method": "final_answer", "answer": "1", "form": "ROMAN",
           "responses": ["1"]})",
       "unknown form ROMAN"},
      {R"({"method": "final_answer", "responses": ["1"]})", "answer"},
  };
  for (const auto& c : kCases) {
    const auto judged = JudgeRecord(*ParseJson(c.record, {}));
    EXPECT_FALSE(judged.ok()) << c.record;
    EXPECT_THAT(std::string(judged.status().message()), HasSubstr(c.error));
  }
}

}  // namespace
}  // namespace sn37::eval
