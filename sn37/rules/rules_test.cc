// Cases are those of the conformance list (A6, C13, C18) and the vectors of the
// reference implementation; all are followed.
#include "sn37/rules/rules.h"

#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/rules/sentences.h"
#include "sn37/rules/unicode.h"
#include "sn37/rules/vectors_testing.h"
#include "sn37/rules/words.h"

namespace sn37 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Rule Plain(RuleId id) {
  Rule rule;
  rule.set_id(id);
  return rule;
}

Rule Counted(RuleId id, int count) {
  Rule rule = Plain(id);
  rule.set_count(count);
  return rule;
}

Rule WithKeywords(RuleId id, const std::vector<std::string>& keywords,
                  const std::vector<int>& counts = {}) {
  Rule rule = Plain(id);
  for (const std::string& keyword : keywords) rule.add_keywords(keyword);
  for (int count : counts) rule.add_keyword_counts(count);
  return rule;
}

Rule EndsWith(absl::string_view phrase) {
  Rule rule = Plain(ENDS_WITH);
  rule.set_phrase(std::string(phrase));
  return rule;
}

RuleId IdOf(const std::string& name) {
  RuleId id = RULE_ID_UNSPECIFIED;
  EXPECT_TRUE(RuleId_Parse(name, &id)) << name;
  return id;
}

Rule RuleOf(const nlohmann::json& vector) {
  Rule rule = Plain(IdOf(vector["rule"]));
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

std::string SatisfiedBits(const std::vector<Rule>& rules, int prompt,
                          const std::string& reply) {
  std::string bits;
  for (const Rule& rule : rules) {
    const absl::StatusOr<bool> satisfied = Satisfied(rule, prompt, reply);
    EXPECT_TRUE(satisfied.ok()) << satisfied.status();
    bits += satisfied.value_or(false) ? '1' : '0';
  }
  return bits;
}

TEST(RulesTest, EqualToTheReferenceOnItsVectors) {
  const nlohmann::json vectors =
      ReadVectors("sn37/rules/testdata/ifeval_rules.json");
  std::vector<Rule> rules;
  for (const auto& rule : vectors["rules"]) rules.push_back(RuleOf(rule));
  EXPECT_EQ(rules.size(), 82u);
  EXPECT_EQ(vectors["cases"].size(), 113u);
  for (const auto& c : vectors["cases"]) {
    const std::string text = c["text"];
    EXPECT_EQ(SatisfiedBits(rules, c["index"], text), c["satisfied"]) << text;
    EXPECT_EQ(SatisfiedBits(rules, 1, text), c["index1_satisfied"]) << text;
    const std::u32string decoded = ToCodePoints(text);
    EXPECT_EQ(SplitPieces(decoded).size(), c["words"]) << text;
    EXPECT_EQ(SplitSentences(decoded).size(), c["sentences"]) << text;
    std::vector<std::string> words;
    for (const auto& word : Words(decoded)) words.push_back(ToUtf8(word));
    EXPECT_EQ(words, c["get_words"].get<std::vector<std::string>>()) << text;
  }
}

TEST(RulesTest, CompatibilityIsThatOfTheReference) {
  const nlohmann::json vectors =
      ReadVectors("sn37/rules/testdata/ifeval_rule_compat.json");
  EXPECT_EQ(vectors["cases"].size(), 118u);
  for (const auto& c : vectors["cases"]) {
    ASSERT_EQ(c["existing"].size(), 1u);
    EXPECT_EQ(AreCompatible(IdOf(c["rule"]), IdOf(c["existing"][0])),
              !c["incompatible"].get<bool>())
        << c;
  }
}

TEST(RulesTest, CompatibilityIsSymmetric) {
  for (int a = 1; a <= 14; ++a) {
    for (int b = 1; b <= 14; ++b) {
      EXPECT_EQ(AreCompatible(RuleId(a), RuleId(b)),
                AreCompatible(RuleId(b), RuleId(a)))
          << a << " " << b;
    }
  }
}

TEST(RulesTest, CasesOfTheConformanceList) {
  const Rule at_least_2 = Counted(SENTENCE_COUNT_AT_LEAST, 2);
  const Rule at_most_2 = Counted(SENTENCE_COUNT_AT_MOST, 2);
  const Rule bullets = Counted(BULLET_COUNT_FREQUENCY, 2);
  const std::vector<std::string> words = {"test", "example"};
  const Rule include = WithKeywords(KEYWORD_INCLUSION, words);
  const Rule forbid = WithKeywords(KEYWORD_FORBIDDEN, words);
  const Rule often =
      WithKeywords(KEYWORD_FREQUENCY, {"test", "example", "dog"}, {2, 3, 1});
  const Rule twice_is = WithKeywords(KEYWORD_FREQUENCY, {"is"}, {2});
  const struct {
    Rule rule;
    int prompt;
    std::string reply;
    bool satisfied;
  } kCases[] = {
      // A6.1 to 6
      {bullets, 0, "Intro\n* x\n *y", true},
      {bullets, 0, "In * tro\n* x * y\n*z", true},
      {bullets, 0, "*x\n * y", true},
      {bullets, 0, "- x\n- y", false},
      {bullets, 0, "* x", false},
      {bullets, 0, "* x\n* y\n* z", false},
      // A6.10 to 17, C13
      {Plain(ALL_UPPER_CASE), 0, "TWO  SPACES\nAND 1, LINE!", true},
      {Plain(ALL_UPPER_CASE), 0, "TWO  SPACES\nAND 1, LINe", false},
      {Plain(ALL_UPPER_CASE), 0, "", false},
      {Plain(ALL_LOWER_CASE), 0, "lower\nand 1", true},
      {Plain(ALL_LOWER_CASE), 0, "Lower\nand 1", false},
      {Plain(NO_COMMAS), 0, "one; two", true},
      {Plain(NO_COMMAS), 0, "one, two", false},
      // A6.27 to 32
      {include, 0, "this is a test of it", true},
      {include, 1, "this is a test of it", false},
      {WithKeywords(KEYWORD_INCLUSION, {"is"}), 0, "This isn't", false},
      {include, 0, "a TEST here", true},
      {include, 0, "a test! here", true},
      {WithKeywords(KEYWORD_INCLUSION, {"its"}), 0, "it's here", true},
      {WithKeywords(KEYWORD_INCLUSION, {"its"}), 0, "its here", true},
      // A6.35 to 41
      {forbid, 0, "a test", false},
      {forbid, 0, "nothing", true},
      {forbid, 1, "a test", true},
      {forbid, 1, "an example", false},
      {WithKeywords(KEYWORD_FORBIDDEN, {"is"}), 0, "This isn't", true},
      {forbid, 0, "TEST", false},
      {forbid, 0, "test!", false},
      // A6.43 to 52
      {often, 0, "test and test", true},
      {often, 0, "test", false},
      {often, 1, "example example example", true},
      {often, 1, "example example", false},
      {twice_is, 0, "isn't isn't This", false},
      {twice_is, 0, "is it isn't is This", true},
      {often, 0, "TEST test", true},
      {often, 0, "test! Test", true},
      {often, 0, "test!", false},
      {WithKeywords(KEYWORD_FREQUENCY, {"its"}, {2}), 0, "it's, It's", true},
      {WithKeywords(KEYWORD_FREQUENCY, {"its"}, {2}), 0, "its Its", true},
      // A6.60 to 67
      {at_least_2, 0, "One thing!  Two things?  Three things.", true},
      {at_least_2, 0, "One thing ...", false},
      {at_least_2, 0, "Hello!?", true},
      {at_least_2, 0, "Hello!!", true},
      {at_least_2, 0, "Hello. .", true},
      {at_least_2, 0, "\"Hello!\" she said.", true},
      {at_most_2, 0, "One thing ...", true},
      {at_most_2, 0, "One. Two. Three.", false},
      // A6.73 to 77
      {EndsWith(kClosings[0]), 0, "x feel free to ask me more questions.",
       true},
      {EndsWith(kClosings[0]), 0, "x FEEL FREE TO ASK ME MORE QUESTIONS.",
       true},
      {EndsWith(kClosings[0]), 0, "Feel free to ask me more questions. x",
       false},
      {EndsWith(kClosings[0]), 0, "Feel free to ask me more questions..",
       false},
      {EndsWith(kClosings[0]), 0, "Feel free to ask me more questions.\n",
       false},
      // A6.80 to 85, C18
      {Plain(QUOTATION), 0, "\"quoted\"", true},
      {Plain(QUOTATION), 0, "\"quoted \n\"", true},
      {Plain(QUOTATION), 0, "\"quoted", false},
      {Plain(QUOTATION), 0, "quoted\"", false},
      {Plain(QUOTATION), 0, "\"quoted\" ", false},
      {Plain(QUOTATION), 0, "\"quoted\"\n", false},
      {Plain(QUOTATION), 0, "\"", true},
      // A6.92 to 95
      {Counted(WORD_COUNT_AT_LEAST, 5), 0, "a b  c\nd e f", true},
      {Counted(WORD_COUNT_AT_LEAST, 5), 0, "a b c d", false},
      {Counted(WORD_COUNT_AT_MOST, 5), 0, "a b c d", true},
      {Counted(WORD_COUNT_AT_MOST, 5), 0, "a b c d e f g", false},
      // Reserved: always true.
      {Plain(STARTS_WITH), 0, "", true},
  };
  for (const auto& c : kCases) {
    const absl::StatusOr<bool> satisfied = Satisfied(c.rule, c.prompt, c.reply);
    ASSERT_TRUE(satisfied.ok()) << satisfied.status();
    EXPECT_EQ(*satisfied, c.satisfied)
        << c.rule.ShortDebugString() << " on " << c.reply;
  }
}

TEST(RulesTest, RulesThatCannotBeJudgedAreErrorsThatNameThem) {
  const struct {
    Rule rule;
    const char* error;
  } kCases[] = {
      {Counted(BULLET_COUNT_FREQUENCY, 0),
       "BULLET_COUNT_FREQUENCY: count is 0"},
      {Counted(SENTENCE_COUNT_AT_LEAST, 0), "count is 0"},
      {Counted(SENTENCE_COUNT_AT_MOST, 0), "count is 0"},
      {Counted(WORD_COUNT_AT_LEAST, 0), "count is 0"},
      {Counted(WORD_COUNT_AT_MOST, -1), "count is -1"},
      {Plain(KEYWORD_INCLUSION), "keywords is empty"},
      {WithKeywords(KEYWORD_FREQUENCY, {"a", "b"}, {1}),
       "2 keywords with 1 keyword_counts"},
      {WithKeywords(KEYWORD_FREQUENCY, {"a"}, {-1}), "keyword_counts holds -1"},
      {Plain(ENDS_WITH), "phrase is empty"},
      {Plain(RULE_ID_UNSPECIFIED), "unknown rule id 0"},
      {Plain(RuleId(99)), "unknown rule id 99"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = Validate(c.rule);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.error));
    EXPECT_EQ(Satisfied(c.rule, 0, "x").status(), status);
    EXPECT_EQ(RuleLine(c.rule, 0).status(), status);
  }
}

// What raises ValueError in the reference is an error here.
TEST(RulesTest, ValidationIsThatOfTheReference) {
  const std::map<std::string, RuleId> kIds = {
      {"WordCountAtMostRule", WORD_COUNT_AT_MOST},
      {"WordCountAtLeastRule", WORD_COUNT_AT_LEAST},
      {"SentenceCountAtMostRule", SENTENCE_COUNT_AT_MOST},
      {"SentenceCountAtLeastRule", SENTENCE_COUNT_AT_LEAST},
      {"BulletFrequencyRule", BULLET_COUNT_FREQUENCY},
      {"KeywordInclusionRule", KEYWORD_INCLUSION},
      {"KeywordForbiddenRule", KEYWORD_FORBIDDEN},
      {"KeywordFrequencyRule", KEYWORD_FREQUENCY},
  };
  const nlohmann::json vectors =
      ReadVectors("sn37/rules/testdata/rule_validation.json");
  EXPECT_EQ(vectors["cases"].size(), 18u);
  for (const auto& c : vectors["cases"]) {
    const RuleId id = kIds.at(c["rule"]);
    const bool has_count = c.contains("count");
    const Rule rule = has_count                 ? Counted(id, c["count"])
                      : id == KEYWORD_FREQUENCY ? WithKeywords(id, {"a"}, {1})
                                                : WithKeywords(id, {"a"});
    const int prompt = has_count ? 0 : c["index"].get<int>();
    EXPECT_EQ(Satisfied(rule, prompt, "x").ok(), c["result"] == "ok") << c;
  }
}

TEST(RulesTest, AKeywordForAnotherPromptIsOutOfRange) {
  const Rule rule = WithKeywords(KEYWORD_INCLUSION, {"a", "b"});
  for (int prompt : {-1, 2}) {
    EXPECT_EQ(Satisfied(rule, prompt, "a").status().code(),
              absl::StatusCode::kOutOfRange);
    EXPECT_EQ(RuleLine(rule, prompt).status().code(),
              absl::StatusCode::kOutOfRange);
  }
  EXPECT_TRUE(Satisfied(Plain(NO_COMMAS), 7, "a").ok());
}

TEST(RulesTest, LinesStateTheRule) {
  const Rule often = WithKeywords(KEYWORD_FREQUENCY, {"test", "dog"}, {2, 1});
  const struct {
    Rule rule;
    int prompt;
    const char* has;
    const char* has_not;
  } kCases[] = {
      {Counted(BULLET_COUNT_FREQUENCY, 1), 0, "1 bullet point ", "points"},
      {Counted(BULLET_COUNT_FREQUENCY, 2), 0, "2 bullet points ", "1"},
      {Plain(ALL_UPPER_CASE), 0, "all letters in upper case", "lower"},
      {Plain(ALL_LOWER_CASE), 0, "all letters in lower case", "upper"},
      {Plain(NO_COMMAS), 0, "not use any commas", ","},
      {WithKeywords(KEYWORD_INCLUSION, {"a", "b"}), 1, "\"b\"", "\"a\""},
      {WithKeywords(KEYWORD_FORBIDDEN, {"a", "b"}), 0, "not use the word \"a\"",
       "\"b\""},
      {often, 0, "\"test\" exactly 2 times", "dog"},
      {often, 1, "\"dog\" exactly 1 time.", "times"},
      {Counted(SENTENCE_COUNT_AT_LEAST, 2), 0, "at least 2 sentences", "most"},
      {Counted(SENTENCE_COUNT_AT_LEAST, 1), 0, "at least 1 sentence.", "ces"},
      {Counted(SENTENCE_COUNT_AT_MOST, 2), 0, "at most 2 sentences", "least"},
      {Counted(SENTENCE_COUNT_AT_MOST, 1), 0, "at most 1 sentence.", "ces"},
      {Counted(WORD_COUNT_AT_LEAST, 5), 0, "at least 5 words", "most"},
      {Counted(WORD_COUNT_AT_LEAST, 1), 0, "at least 1 word.", "words"},
      {Counted(WORD_COUNT_AT_MOST, 5), 0, "at most 5 words", "least"},
      {Counted(WORD_COUNT_AT_MOST, 1), 0, "at most 1 word.", "words"},
      {EndsWith(kClosings[2]), 0, "\"I hope that this was useful to you.\"",
       ","},
      {Plain(QUOTATION), 0, "double quotation marks", ","},
  };
  for (const auto& c : kCases) {
    const absl::StatusOr<std::string> line = RuleLine(c.rule, c.prompt);
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_THAT(*line, AllOf(HasSubstr(c.has), Not(HasSubstr(c.has_not))));
  }
  EXPECT_EQ(RuleLine(Plain(STARTS_WITH), 0).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sn37
