// Followed: all vectors of the reference. Mended: generation is limited in
// tokens, not in seconds.
#include <string>

#include "eval/methods/methods.h"
#include "eval/methods/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/rules/vectors_testing.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const Method& IfEval() { return *FindMethod("if_eval"); }

Rule RuleOf(const nlohmann::json& vector) {
  Rule rule;
  RuleId id = RULE_ID_UNSPECIFIED;
  EXPECT_TRUE(RuleId_Parse(vector["rule"].get<std::string>(), &id)) << vector;
  rule.set_id(id);
  const nlohmann::json& params = vector["params"];
  if (params.contains("count")) rule.set_count(params["count"]);
  if (params.contains("phrase")) rule.set_phrase(params["phrase"]);
  if (params.contains("keywords")) {
    for (const auto& keyword : params["keywords"]) rule.add_keywords(keyword);
  }
  if (params.contains("keywords_and_counts")) {
    for (const auto& entry : params["keywords_and_counts"]) {
      rule.add_keywords(entry[0]);
      rule.add_keyword_counts(entry[1]);
    }
  }
  return rule;
}

datasets::Sample Pair(const std::vector<Rule>& rules) {
  datasets::Sample sample;
  auto& body = *sample.mutable_instruction_following();
  for (const Rule& rule : rules) *body.add_rules() = rule;
  body.add_prompts("One");
  body.add_prompts("Two");
  return sample;
}

Rule NoCommas() {
  Rule rule;
  rule.set_id(NO_COMMAS);
  return rule;
}

Rule AtMost(int words) {
  Rule rule;
  rule.set_id(WORD_COUNT_AT_MOST);
  rule.set_count(words);
  return rule;
}

TEST(IfEvalTest, EqualToTheReferenceOnItsVectors) {
  const nlohmann::json vectors =
      ReadVectors("eval/methods/testdata/ifeval_score.json");
  EXPECT_EQ(vectors["cases"].size(), 31u);
  for (const auto& c : vectors["cases"]) {
    JudgedTask task(IfEval());
    for (const auto& s : c["samples"]) {
      std::vector<Rule> rules;
      for (const auto& rule : s["rules"]) rules.push_back(RuleOf(rule));
      if (s["responses"][0].is_null() || s["responses"][1].is_null()) {
        task.Add(Pair(rules), std::nullopt);
      } else {
        task.Add(Pair(rules), MakeResponses({TextResponse(s["responses"][0]),
                                             TextResponse(s["responses"][1])}));
      }
    }
    EXPECT_EQ(task.Score().raw, c["score"].get<double>()) << c;
  }
}

TEST(IfEvalTest, AsksForAnAnswerToEachPrompt) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  MethodOptions options = IfEval().defaults;
  options.sequence_length = 20;  // what the prompts take
  const auto requests =
      IfEval().build(Pair({NoCommas()}), 0, tokenizer, options);
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_TRUE(requests->score.empty());
  ASSERT_EQ(requests->generate.size(), 2u);
  EXPECT_THAT(requests->generate[0].prompt,
              ElementsAreArray(Characters("[user]One[assistant]")));
  EXPECT_THAT(requests->generate[1].prompt,
              ElementsAreArray(Characters("[user]Two[assistant]")));
  for (const GenerateRequest& request : requests->generate) {
    EXPECT_EQ(request.max_new_tokens, 200);
    EXPECT_EQ(request.repetition_penalty, 1.2f);
    EXPECT_THAT(request.stop_ids, ElementsAre(kEosId));
  }
}

TEST(IfEvalTest, PromptsAreNotCut) {
  MethodOptions options = IfEval().defaults;
  options.sequence_length = 19;
  const auto requests =
      IfEval().build(Pair({NoCommas()}), 0, MakeTinyTokenizer(), options);
  EXPECT_EQ(requests.status().code(), absl::StatusCode::kOutOfRange);
}

TEST(IfEvalTest, DeviationCountsOnceForEachRule) {
  const auto score = IfEval().judge(
      Pair({NoCommas(), AtMost(2)}),
      MakeResponses({TextResponse("a, b"), TextResponse("quite other")}), {});
  ASSERT_TRUE(score.ok()) << score.status();
  EXPECT_THAT(score->items(), ElementsAre(0.75, 0.75, 0, 0));
  EXPECT_FALSE(score->duplicate());
}

TEST(IfEvalTest, MoreThanATenthOfDuplicatesVoidsTheTask) {
  const Responses same =
      MakeResponses({TextResponse("all right"), TextResponse("all right")});
  const Responses different =
      MakeResponses({TextResponse("all right"), TextResponse("zzz")});
  for (int samples : {9, 10}) {
    JudgedTask task(IfEval());
    task.Add(Pair({NoCommas()}), same);
    for (int i = 1; i < samples; ++i) task.Add(Pair({NoCommas()}), different);
    const TaskScore score = task.Score();
    EXPECT_EQ(score.raw, samples == 9 ? 1 : 0);
    EXPECT_EQ(score.high, score.raw);
  }
}

TEST(IfEvalTest, AFailedSampleCountsForAllItsRulesOfBothPrompts) {
  JudgedTask task(IfEval());
  task.Add(Pair({NoCommas(), AtMost(2)}), std::nullopt);  // 4 items of 1
  task.Add(Pair({NoCommas()}),
           MakeResponses({TextResponse("a"), TextResponse("b")}));
  const TaskScore score = task.Score();
  EXPECT_EQ(score.raw, 4.0 / 6.0);
  EXPECT_EQ(score.failed, 1);
}

TEST(IfEvalTest, RulesThatCannotBeJudgedAreOurFault) {
  EXPECT_EQ(
      IfEval()
          .judge(Pair({AtMost(0)}),
                 MakeResponses({TextResponse("a"), TextResponse("b")}), {})
          .status()
          .code(),
      absl::StatusCode::kInternal);
}

TEST(IfEvalTest, AnEndlessAnswerIsComparedInBoundedTime) {
  std::string long_text;
  for (int i = 0; i < 100000; ++i) long_text += static_cast<char>(33 + i % 94);
  const auto score = IfEval().judge(
      Pair({NoCommas()}),
      MakeResponses({TextResponse(long_text), TextResponse("b")}), {});
  ASSERT_TRUE(score.ok());
  EXPECT_FALSE(score->duplicate());
}

}  // namespace
}  // namespace sn37::eval
