#include "sn37/rules/rules.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sn37/base/status_macros.h"
#include "sn37/rules/sentences.h"
#include "sn37/rules/unicode.h"
#include "sn37/rules/words.h"

namespace sn37 {
namespace {

using Text = std::u32string_view;

// What is wrong with a rule's fields; empty when nothing is.
using Check = std::string (*)(const Rule&);
using Judge = bool (*)(const Rule&, int prompt, Text reply);
using Line = std::string (*)(const Rule&, int prompt);

// ---- Fields -----------------------------------------------------------------

std::string NoFields(const Rule&) { return ""; }

std::string Count(const Rule& rule) {
  return rule.count() >= 1
             ? ""
             : absl::StrCat("count is ", rule.count(), "; it must be >= 1");
}

std::string Keywords(const Rule& rule) {
  return rule.keywords().empty() ? "keywords is empty" : "";
}

std::string KeywordsWithCounts(const Rule& rule) {
  if (rule.keywords_size() != rule.keyword_counts_size()) {
    return absl::StrCat(rule.keywords_size(), " keywords with ",
                        rule.keyword_counts_size(), " keyword_counts");
  }
  for (int count : rule.keyword_counts()) {
    if (count < 0) return absl::StrCat("keyword_counts holds ", count);
  }
  return Keywords(rule);
}

std::string Phrase(const Rule& rule) {
  return rule.phrase().empty() ? "phrase is empty" : "";
}

// ---- Judgement --------------------------------------------------------------

int64_t CountWords(Text reply) {
  return static_cast<int64_t>(SplitPieces(reply).size());
}

int64_t CountSentences(Text reply) {
  return static_cast<int64_t>(SplitSentences(reply).size());
}

// Lines that begin, after white space, with an asterisk.
int64_t CountBullets(Text reply) {
  const std::vector<Text> lines = SplitLines(reply);
  return std::count_if(lines.begin(), lines.end(), [](Text line) {
    const auto first = std::find_if_not(line.begin(), line.end(), IsSpace);
    return first != line.end() && *first == U'*';
  });
}

// Words of the reply that are the prompt's keyword, whatever the case.
int64_t CountKeyword(const Rule& rule, int prompt, Text reply) {
  const std::u32string keyword = ToLower(ToCodePoints(rule.keywords(prompt)));
  const std::vector<std::u32string> words = Words(reply);
  return std::count_if(
      words.begin(), words.end(),
      [&](const std::u32string& word) { return ToLower(word) == keyword; });
}

bool EndsWithPhrase(const Rule& rule, int, Text reply) {
  const std::u32string end = ToLower(ToCodePoints(rule.phrase()));
  const std::u32string text = ToLower(reply);
  return text.size() >= end.size() &&
         Text(text).substr(text.size() - end.size()) == end;
}

bool IsQuoted(const Rule&, int, Text reply) {
  return !reply.empty() && reply.front() == U'"' && reply.back() == U'"';
}

// ---- Lines ------------------------------------------------------------------

std::string Counted(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", text, "\"");
}

// ---- The table --------------------------------------------------------------

struct Kind {
  RuleId id;
  Check check;
  bool has_keywords;
  Judge satisfied;
  Line line;  // null: never put to a model
};

// One row per id, in their order.
constexpr Kind kKinds[] = {
    {WORD_COUNT_AT_MOST, Count, false,
     [](const Rule& r, int, Text t) { return CountWords(t) <= r.count(); },
     [](const Rule& r, int) {
       return absl::StrCat("Write at most ", Counted(r.count(), "word"), ".");
     }},
    {WORD_COUNT_AT_LEAST, Count, false,
     [](const Rule& r, int, Text t) { return CountWords(t) >= r.count(); },
     [](const Rule& r, int) {
       return absl::StrCat("Write at least ", Counted(r.count(), "word"), ".");
     }},
    {SENTENCE_COUNT_AT_MOST, Count, false,
     [](const Rule& r, int, Text t) { return CountSentences(t) <= r.count(); },
     [](const Rule& r, int) {
       return absl::StrCat("Write at most ", Counted(r.count(), "sentence"),
                           ".");
     }},
    {SENTENCE_COUNT_AT_LEAST, Count, false,
     [](const Rule& r, int, Text t) { return CountSentences(t) >= r.count(); },
     [](const Rule& r, int) {
       return absl::StrCat("Write at least ", Counted(r.count(), "sentence"),
                           ".");
     }},
    {ALL_UPPER_CASE, NoFields, false,
     [](const Rule&, int, Text t) { return IsUpperCase(t); },
     [](const Rule&, int) {
       return std::string("Write all letters in upper case.");
     }},
    {ALL_LOWER_CASE, NoFields, false,
     [](const Rule&, int, Text t) { return IsLowerCase(t); },
     [](const Rule&, int) {
       return std::string("Write all letters in lower case.");
     }},
    {NO_COMMAS, NoFields, false,
     [](const Rule&, int, Text t) { return t.find(U',') == Text::npos; },
     [](const Rule&, int) { return std::string("Do not use any commas."); }},
    {KEYWORD_INCLUSION, Keywords, true,
     [](const Rule& r, int i, Text t) { return CountKeyword(r, i, t) > 0; },
     [](const Rule& r, int i) {
       return absl::StrCat("Use the word ", Quoted(r.keywords(i)), ".");
     }},
    {KEYWORD_FREQUENCY, KeywordsWithCounts, true,
     [](const Rule& r, int i, Text t) {
       return CountKeyword(r, i, t) == r.keyword_counts(i);
     },
     [](const Rule& r, int i) {
       return absl::StrCat("Use the word ", Quoted(r.keywords(i)), " exactly ",
                           Counted(r.keyword_counts(i), "time"), ".");
     }},
    {KEYWORD_FORBIDDEN, Keywords, true,
     [](const Rule& r, int i, Text t) { return CountKeyword(r, i, t) == 0; },
     [](const Rule& r, int i) {
       return absl::StrCat("Do not use the word ", Quoted(r.keywords(i)), ".");
     }},
    {BULLET_COUNT_FREQUENCY, Count, false,
     [](const Rule& r, int, Text t) { return CountBullets(t) == r.count(); },
     [](const Rule& r, int) {
       return absl::StrCat("Write exactly ", Counted(r.count(), "bullet point"),
                           " in Markdown: a line that begins with * for each.");
     }},
    {STARTS_WITH, NoFields, false, [](const Rule&, int, Text) { return true; },
     nullptr},
    {ENDS_WITH, Phrase, false, EndsWithPhrase,
     [](const Rule& r, int) {
       return absl::StrCat(
           "End with exactly this phrase and nothing after it: ",
           Quoted(r.phrase()));
     }},
    {QUOTATION, NoFields, false, IsQuoted,
     [](const Rule&, int) {
       return std::string(
           "Put the whole response between double quotation marks.");
     }},
};

// Pairs that contradict one another, or nearly so.
constexpr std::pair<RuleId, RuleId> kIncompatible[] = {
    {WORD_COUNT_AT_MOST, WORD_COUNT_AT_LEAST},
    {WORD_COUNT_AT_MOST, SENTENCE_COUNT_AT_MOST},
    {WORD_COUNT_AT_MOST, SENTENCE_COUNT_AT_LEAST},
    {WORD_COUNT_AT_MOST, BULLET_COUNT_FREQUENCY},
    {WORD_COUNT_AT_MOST, ENDS_WITH},
    {WORD_COUNT_AT_LEAST, SENTENCE_COUNT_AT_MOST},
    {SENTENCE_COUNT_AT_MOST, SENTENCE_COUNT_AT_LEAST},
    {SENTENCE_COUNT_AT_MOST, BULLET_COUNT_FREQUENCY},
    {SENTENCE_COUNT_AT_MOST, ENDS_WITH},
    {ALL_UPPER_CASE, ALL_LOWER_CASE},
    {ENDS_WITH, QUOTATION},
};

const Kind* FindKind(RuleId id) {
  const Kind* kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                  [&](const Kind& k) { return k.id == id; });
  return kind == std::end(kKinds) ? nullptr : kind;
}

// The kind of a rule whose fields are right and which has what `prompt` needs.
absl::StatusOr<const Kind*> KindFor(const Rule& rule, int prompt) {
  SN37_RETURN_IF_ERROR(Validate(rule));
  const Kind* kind = FindKind(rule.id());
  if (kind->has_keywords && (prompt < 0 || prompt >= rule.keywords_size())) {
    return absl::OutOfRangeError(
        absl::StrFormat("rule %s has no keyword for prompt %d (it has %d)",
                        RuleId_Name(rule.id()), prompt, rule.keywords_size()));
  }
  return kind;
}

}  // namespace

absl::Status Validate(const Rule& rule) {
  const Kind* kind = FindKind(rule.id());
  if (kind == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("unknown rule id ", static_cast<int>(rule.id())));
  }
  const std::string fault = kind->check(rule);
  if (fault.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("rule ", RuleId_Name(rule.id()), ": ", fault));
}

absl::StatusOr<bool> Satisfied(const Rule& rule, int prompt,
                               absl::string_view reply) {
  SN37_ASSIGN_OR_RETURN(const Kind* kind, KindFor(rule, prompt));
  return kind->satisfied(rule, prompt, ToCodePoints(reply));
}

absl::StatusOr<std::string> RuleLine(const Rule& rule, int prompt) {
  SN37_ASSIGN_OR_RETURN(const Kind* kind, KindFor(rule, prompt));
  if (kind->line == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "rule ", RuleId_Name(rule.id()), " is reserved and never put"));
  }
  return kind->line(rule, prompt);
}

bool AreCompatible(RuleId a, RuleId b) {
  return std::none_of(std::begin(kIncompatible), std::end(kIncompatible),
                      [&](const std::pair<RuleId, RuleId>& pair) {
                        return pair == std::pair(a, b) ||
                               pair == std::pair(b, a);
                      });
}

}  // namespace sn37
