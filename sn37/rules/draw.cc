#include "sn37/rules/draw.h"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/rules/keywords.h"
#include "sn37/rules/rules.h"
#include "sn37/rules/unicode.h"

namespace sn37 {
namespace {

constexpr int kMaxKeywordCount = 4;  // drawn from 1 to this

// What a draw may look at.
struct Source {
  const Answers& answers;
  std::vector<std::string> taken;  // keywords of other rules, lower case
  CounterRandom& random;
};

// Fills the fields of a rule whose id is set.
using Draw = void (*)(Source&, Rule&);

int OneOf(std::initializer_list<int> values, CounterRandom& random) {
  return std::data(values)[random.Below(values.size())];
}

void NoFields(Source&, Rule&) {}

void WordCount(Source& source, Rule& rule) {
  rule.set_count(OneOf({25, 30, 35, 40, 45}, source.random));
}

void OneToThree(Source& source, Rule& rule) {
  rule.set_count(OneOf({1, 2, 3}, source.random));
}

void TwoOrThree(Source& source, Rule& rule) {
  rule.set_count(OneOf({2, 3}, source.random));
}

void Keywords(Source& source, Rule& rule) {
  for (const std::string& answer : source.answers) {
    rule.add_keywords(ChooseKeyword(answer, source.taken, source.random));
  }
}

void KeywordsWithCounts(Source& source, Rule& rule) {
  for (const std::string& answer : source.answers) {
    rule.add_keywords(ChooseKeyword(answer, source.taken, source.random));
    rule.add_keyword_counts(
        1 + static_cast<int>(source.random.Below(kMaxKeywordCount)));
  }
}

void Closing(Source& source, Rule& rule) {
  rule.set_phrase(
      std::string(kClosings[source.random.Below(std::size(kClosings))]));
}

struct Kind {
  RuleId id;
  RulesVersion since;
  Draw draw;
};

// One row for each kind that is drawn.
constexpr Kind kKinds[] = {
    {WORD_COUNT_AT_MOST, RulesVersion::kV1, WordCount},
    {WORD_COUNT_AT_LEAST, RulesVersion::kV1, WordCount},
    {SENTENCE_COUNT_AT_MOST, RulesVersion::kV1, OneToThree},
    {SENTENCE_COUNT_AT_LEAST, RulesVersion::kV1, TwoOrThree},
    {ALL_UPPER_CASE, RulesVersion::kV1, NoFields},
    {ALL_LOWER_CASE, RulesVersion::kV1, NoFields},
    {NO_COMMAS, RulesVersion::kV1, NoFields},
    {KEYWORD_INCLUSION, RulesVersion::kV2, Keywords},
    {KEYWORD_FREQUENCY, RulesVersion::kV2, KeywordsWithCounts},
    {KEYWORD_FORBIDDEN, RulesVersion::kV2, Keywords},
    {BULLET_COUNT_FREQUENCY, RulesVersion::kV2, OneToThree},
    {ENDS_WITH, RulesVersion::kV2, Closing},
    {QUOTATION, RulesVersion::kV2, NoFields},
};

// How many rules a sample of each version aims at, inclusive.
struct RuleCount {
  RulesVersion version;
  int min;
  int max;
};
constexpr RuleCount kRuleCounts[] = {{RulesVersion::kV1, 1, 4},
                                     {RulesVersion::kV2, 2, 5}};

std::vector<RuleId> ShuffledIds(RulesVersion version, CounterRandom& random) {
  std::vector<RuleId> ids;
  for (const Kind& kind : kKinds) {
    if (kind.since <= version) ids.push_back(kind.id);
  }
  random.Shuffle(absl::MakeSpan(ids));
  return ids;
}

size_t DrawRuleCount(RulesVersion version, CounterRandom& random) {
  const RuleCount* count = std::find_if(
      std::begin(kRuleCounts), std::end(kRuleCounts),
      [&](const RuleCount& row) { return row.version == version; });
  return count->min + random.Below(count->max - count->min + 1);
}

std::vector<Rule> DrawOnce(RulesVersion version, const Answers& answers,
                           CounterRandom& random) {
  const std::vector<RuleId> ids = ShuffledIds(version, random);
  const size_t wanted = DrawRuleCount(version, random);
  std::vector<Rule> rules;
  for (RuleId id : ids) {
    if (rules.size() == wanted) break;
    const bool fits = std::all_of(
        rules.begin(), rules.end(),
        [&](const Rule& taken) { return AreCompatible(id, taken.id()); });
    if (fits) rules.push_back(*DrawRule(id, answers, rules, random));
  }
  return rules;
}

// Whether a closing phrase holds a word that another rule forbids: then no
// reply to one of the prompts satisfies both.
bool ForbidTheirClosing(const std::vector<Rule>& rules) {
  for (const Rule& closing : rules) {
    if (closing.id() != ENDS_WITH) continue;
    for (const Rule& rule : rules) {
      if (rule.id() != KEYWORD_FORBIDDEN) continue;
      for (int prompt = 0; prompt < rule.keywords_size(); ++prompt) {
        if (!*Satisfied(rule, prompt, closing.phrase())) return true;
      }
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<Rule> DrawRule(RuleId id, const Answers& answers,
                              absl::Span<const Rule> existing,
                              CounterRandom& random) {
  const Kind* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& k) { return k.id == id; });
  if (kind == std::end(kKinds)) {
    return absl::InvalidArgumentError(
        absl::StrCat("rule id ", static_cast<int>(id), " is never drawn"));
  }
  Source source = {answers, {}, random};
  for (const Rule& rule : existing) {
    for (const std::string& keyword : rule.keywords()) {
      source.taken.push_back(ToUtf8(ToLower(ToCodePoints(keyword))));
    }
  }
  Rule rule;
  rule.set_id(id);
  kind->draw(source, rule);
  return rule;
}

std::vector<Rule> DrawRules(RulesVersion version, const Answers& answers,
                            CounterRandom& random) {
  std::vector<Rule> rules = DrawOnce(version, answers, random);
  while (ForbidTheirClosing(rules)) rules = DrawOnce(version, answers, random);
  return rules;
}

absl::StatusOr<std::string> WritePrompt(absl::Span<const Rule> rules,
                                        int prompt,
                                        absl::string_view question) {
  std::string text =
      "Answer the question at the end of this message. Your response must "
      "follow every one of these rules:\n";
  for (size_t i = 0; i < rules.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(const std::string line, RuleLine(rules[i], prompt));
    absl::StrAppend(&text, i + 1, ". ", line, "\n");
  }
  absl::StrAppend(&text, "\nQuestion: \"", question, "\"");
  return text;
}

}  // namespace sn37
