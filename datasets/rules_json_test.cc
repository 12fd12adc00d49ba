#include "datasets/rules_json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

Rules SomeRules() {
  Rules rules;
  Rule* count = rules.Add();
  count->set_id(WORD_COUNT_AT_MOST);
  count->set_count(30);
  Rule* keyword = rules.Add();
  keyword->set_id(KEYWORD_FREQUENCY);
  keyword->add_keywords("sea");
  keyword->add_keywords("ice");
  keyword->add_keyword_counts(2);
  keyword->add_keyword_counts(1);
  Rule* phrase = rules.Add();
  phrase->set_id(ENDS_WITH);
  phrase->set_phrase("I hope so.");
  return rules;
}

constexpr absl::string_view kSomeJson =
    R"([{"count":30,"id":"WORD_COUNT_AT_MOST"},)"
    R"({"id":"KEYWORD_FREQUENCY","keyword_counts":[2,1],)"
    R"("keywords":["sea","ice"]},)"
    R"({"id":"ENDS_WITH","phrase":"I hope so."}])";

TEST(RulesJson, IsCanonicalAndLeavesEmptyFieldsOut) {
  EXPECT_EQ(RulesToJson(SomeRules()), kSomeJson);
  EXPECT_EQ(RulesToJson({}), "[]");
}

TEST(RulesJson, ReadsBackWhatItWrites) {
  const absl::StatusOr<Rules> rules = RulesFromJson(kSomeJson);
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ(RulesToJson(*rules), kSomeJson);
}

TEST(RulesJson, RefusesWhatItWouldJudgeByHalf) {
  const struct {
    absl::string_view json;
    absl::string_view message;
  } kCases[] = {
      {R"({})", "must be an array"},
      {R"([1])", "must be a JSON object"},
      {R"([{}])", "id"},
      {R"([{"id":"RHYME"}])", "unknown rule \"RHYME\""},
      {R"([{"id":"NO_COMMAS","lines":1}])", "unknown key \"lines\""},
      {R"([{"id":"WORD_COUNT_AT_MOST","count":"3"}])", "count"},
      {R"([{"id":"WORD_COUNT_AT_MOST","count":99999999999}])", "count"},
      {R"([{"id":"KEYWORD_INCLUSION","keywords":"x"}])", "keywords"},
      {R"([{"id":"KEYWORD_INCLUSION","keywords":[1]}])", "keyword"},
      {R"([{"id":"KEYWORD_FREQUENCY","keyword_counts":[1.5]}])",
       "keyword_counts"},
      {R"([{"id":"ENDS_WITH","phrase":[]}])", "phrase"},
      {R"([[[[[[1]]]]]])", "nested"},
      {R"([)", "byte"},
  };
  for (const auto& test : kCases) {
    const absl::StatusOr<Rules> rules = RulesFromJson(test.json);
    ASSERT_FALSE(rules.ok()) << test.json;
    EXPECT_THAT(rules.status().message(), HasSubstr(test.message));
  }
}

}  // namespace
}  // namespace sn37::datasets
