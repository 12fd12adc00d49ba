#include "sn37/rules/draw.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/rules/keywords.h"
#include "sn37/rules/rules.h"

namespace sn37 {
namespace {

using ::testing::HasSubstr;

constexpr char kPangram[] = "The quick brown fox jumps over the lazy dog.";

CounterRandom Stream(uint64_t index) {
  return CounterRandom(Sha256("seed"), "rules", index);
}

// What 200 draws choose.
std::set<std::string> Keywords(const std::string& answer,
                               const std::vector<std::string>& taken) {
  std::set<std::string> seen;
  for (uint64_t i = 0; i < 200; ++i) {
    CounterRandom random = Stream(i);
    seen.insert(ChooseKeyword(answer, taken, random));
  }
  return seen;
}

TEST(KeywordsTest, AContentWordThatIsNotTaken) {
  using Set = std::set<std::string>;
  // A6.19 to 24
  EXPECT_EQ(Keywords(kPangram, {}),
            (Set{"quick", "brown", "fox", "jumps", "lazy", "dog"}));
  EXPECT_EQ(Keywords(kPangram, {"quick", "brown", "fox"}),
            (Set{"jumps", "lazy", "dog"}));
  EXPECT_EQ(Keywords("and or but if", {"and"}), (Set{"or", "but", "if"}));
  EXPECT_EQ(Keywords("Hello, world! Nice (day)?", {}),
            (Set{"Hello", "world", "Nice", "day"}));
  EXPECT_EQ(Keywords("It doesn't matter", {}), (Set{"doesnt", "matter"}));
  EXPECT_EQ(Keywords("Test", {"test"}),
            (Set{"answer", "question", "response"}));
  // Numbers are no content words; fixed words are taken too.
  EXPECT_EQ(Keywords("1945 war", {}), (Set{"war"}));
  EXPECT_EQ(Keywords("", {"answer", "response"}), (Set{"question"}));
  EXPECT_EQ(Keywords("", {"answer", "response", "question"}),
            (Set{"answer", "question", "response"}));
}

TEST(DrawTest, EveryDrawnIdGivesAValidRule) {
  for (int id = 1; id <= 14; ++id) {
    CounterRandom random = Stream(id);
    const auto rule = DrawRule(RuleId(id), {kPangram, kPangram}, {}, random);
    if (id == STARTS_WITH) {
      EXPECT_EQ(rule.status().code(), absl::StatusCode::kInvalidArgument);
      continue;
    }
    ASSERT_TRUE(rule.ok()) << rule.status();
    EXPECT_EQ(rule->id(), id);
    EXPECT_TRUE(Validate(*rule).ok()) << Validate(*rule);
    EXPECT_TRUE(RuleLine(*rule, 1).ok());
  }
}

TEST(DrawTest, ParametersComeFromTheirLists) {
  const struct {
    RuleId id;
    std::set<int> counts;
  } kCases[] = {
      {WORD_COUNT_AT_MOST, {25, 30, 35, 40, 45}},
      {WORD_COUNT_AT_LEAST, {25, 30, 35, 40, 45}},
      {SENTENCE_COUNT_AT_MOST, {1, 2, 3}},
      {SENTENCE_COUNT_AT_LEAST, {2, 3}},
      {BULLET_COUNT_FREQUENCY, {1, 2, 3}},
  };
  for (const auto& c : kCases) {
    std::set<int> seen;
    for (uint64_t i = 0; i < 200; ++i) {
      CounterRandom random = Stream(i);
      seen.insert(DrawRule(c.id, {"a", "b"}, {}, random)->count());
    }
    EXPECT_EQ(seen, c.counts) << c.id;
  }
  std::set<int> keyword_counts;
  std::set<std::string> phrases;
  for (uint64_t i = 0; i < 200; ++i) {
    CounterRandom random = Stream(i);
    const Rule rule = *DrawRule(KEYWORD_FREQUENCY, {"a", "b"}, {}, random);
    keyword_counts.insert(rule.keyword_counts(0));
    keyword_counts.insert(rule.keyword_counts(1));
    phrases.insert(DrawRule(ENDS_WITH, {"a", "b"}, {}, random)->phrase());
  }
  EXPECT_EQ(keyword_counts, (std::set<int>{1, 2, 3, 4}));
  EXPECT_EQ(phrases.size(), std::size(kClosings));
}

TEST(DrawTest, ClosingsHaveNoCommaOrQuotationMark) {
  for (absl::string_view closing : kClosings) {
    EXPECT_EQ(closing.find_first_of(",\""), absl::string_view::npos) << closing;
  }
}

TEST(DrawTest, KeywordRulesAvoidEachOthersKeywords) {
  // A6.57 to 59
  const RuleId kIds[] = {KEYWORD_INCLUSION, KEYWORD_FREQUENCY,
                         KEYWORD_FORBIDDEN};
  for (RuleId id : kIds) {
    for (RuleId other : kIds) {
      Rule existing;
      existing.set_id(other);
      existing.add_keywords("Cat");
      CounterRandom random = Stream(id);
      const auto rule = DrawRule(id, {"cat dog", "cat bird"},
                                 absl::MakeSpan(&existing, 1), random);
      ASSERT_TRUE(rule.ok());
      EXPECT_THAT(rule->keywords(), ::testing::ElementsAre("dog", "bird"));
    }
  }
}

// Draws of one version on the same answers: how often each number of rules and
// each id came.
struct Tally {
  std::map<size_t, int> sizes;
  std::map<int, int> ids;
};

Tally Draw(RulesVersion version, const Answers& answers) {
  Tally tally;
  for (uint64_t i = 0; i < 1000; ++i) {
    CounterRandom random = Stream(i);
    const std::vector<Rule> rules = DrawRules(version, answers, random);
    ++tally.sizes[rules.size()];
    std::set<int> ids;
    for (const Rule& rule : rules) {
      EXPECT_TRUE(Validate(rule).ok());
      EXPECT_TRUE(ids.insert(rule.id()).second) << "rule twice";
      for (const Rule& other : rules) {
        EXPECT_TRUE(AreCompatible(rule.id(), other.id()));
      }
      ++tally.ids[rule.id()];
    }
  }
  return tally;
}

TEST(DrawTest, V1HasOneToFourOfItsSevenRules) {
  // A2.1, A2.3, A6.55
  const Tally tally = Draw(RulesVersion::kV1, {"", ""});
  ASSERT_EQ(tally.sizes.size(), 4u);
  for (const auto& [size, count] : tally.sizes) {
    EXPECT_GT(count, 100) << size;
    EXPECT_LT(count, 400) << size;
  }
  EXPECT_EQ(tally.ids.size(), 7u);
  EXPECT_EQ(tally.ids.rbegin()->first, NO_COMMAS);
}

TEST(DrawTest, V2HasTwoToFiveOfAllRules) {
  // A2.2, A6.56
  const Tally tally = Draw(RulesVersion::kV2, {kPangram, "Paris in France"});
  ASSERT_EQ(tally.sizes.size(), 4u);
  EXPECT_EQ(tally.sizes.begin()->first, 2u);
  for (const auto& [size, count] : tally.sizes) {
    EXPECT_GT(count, 100) << size;
    EXPECT_LT(count, 400) << size;
  }
  EXPECT_EQ(tally.ids.size(), 13u);
  EXPECT_EQ(tally.ids.count(STARTS_WITH), 0u);
}

TEST(DrawTest, NoClosingHoldsAWordThatIsForbidden) {
  // Every word of these answers stands in a closing.
  const Answers answers = {"useful questions", "help"};
  int both = 0;
  for (uint64_t i = 0; i < 2000; ++i) {
    CounterRandom random = Stream(i);
    const std::vector<Rule> rules =
        DrawRules(RulesVersion::kV2, answers, random);
    for (const Rule& closing : rules) {
      if (closing.id() != ENDS_WITH) continue;
      for (const Rule& rule : rules) {
        if (rule.id() != KEYWORD_FORBIDDEN) continue;
        ++both;
        for (int prompt : {0, 1}) {
          EXPECT_TRUE(*Satisfied(rule, prompt, closing.phrase()));
        }
      }
    }
  }
  EXPECT_GT(both, 20);  // beside another closing they may stand
}

TEST(DrawTest, ASampleDependsOnItsStreamAlone) {
  const auto draw = [](uint64_t index) {
    CounterRandom random = Stream(index);
    std::string all;
    for (const Rule& rule :
         DrawRules(RulesVersion::kV2, {kPangram, kPangram}, random)) {
      all += rule.SerializeAsString();
    }
    return all;
  };
  EXPECT_EQ(draw(3), draw(3));
  EXPECT_NE(draw(3), draw(4));
}

TEST(PromptTest, NumbersTheRulesAndQuotesTheQuestion) {
  Rule count;
  count.set_id(WORD_COUNT_AT_MOST);
  count.set_count(30);
  Rule keyword;
  keyword.set_id(KEYWORD_INCLUSION);
  keyword.add_keywords("cat");
  keyword.add_keywords("dog");
  const std::vector<Rule> rules = {count, keyword};
  const auto prompt = WritePrompt(rules, 1, "Which animal barks?");
  ASSERT_TRUE(prompt.ok()) << prompt.status();
  EXPECT_THAT(*prompt, HasSubstr("\n1. Write at most 30 words.\n"
                                 "2. Use the word \"dog\".\n"));
  EXPECT_THAT(*prompt, HasSubstr("must follow"));
  EXPECT_THAT(*prompt, ::testing::EndsWith("\"Which animal barks?\""));
  EXPECT_EQ(WritePrompt(rules, 2, "?").status().code(),
            absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace sn37
