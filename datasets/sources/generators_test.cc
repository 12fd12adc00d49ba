// What the rows of each generator promise, checked on many of them.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "datasets/sources/registry.h"
#include "datasets/sources/testing.h"
#include "datasets/sources/tiny_python.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "re2/re2.h"
#include "sn37/rules/rules.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;
using Strings = std::vector<std::string>;

std::vector<Sample> Rows(absl::string_view name, size_t count,
                         nlohmann::json parameters = {}) {
  const Source& source = **FindSource(name);
  const InputFiles inputs = TestInputs();
  SourceContext context = TestContext(source, inputs);
  if (!parameters.is_null()) context.parameters = parameters;
  return FirstRows(source, context, count);
}

absl::Status OpenStatus(absl::string_view name, nlohmann::json parameters) {
  const Source& source = **FindSource(name);
  const InputFiles inputs = TestInputs();
  SourceContext context = TestContext(source, inputs);
  context.parameters = parameters;
  return source.open(context).status();
}

// What stands after the last ": " of the prompt.
std::string Challenge(const Sample& sample) {
  const std::string& prompt = sample.reference().prompt();
  return prompt.substr(prompt.rfind(": ") + 2);
}

// How often each value occurs.
template <typename Key>
std::map<Key, int> Count(const std::vector<Key>& values) {
  std::map<Key, int> counts;
  for (const Key& value : values) ++counts[value];
  return counts;
}

TEST(WordSorting, TheReferenceIsTheSortedChallenge) {
  for (const Sample& sample : Rows("word_sorting", 5000)) {
    std::string challenge = Challenge(sample);
    ASSERT_TRUE(absl::EndsWith(challenge, "."));
    challenge.pop_back();
    Strings words = absl::StrSplit(challenge, ' ');
    EXPECT_EQ(std::set<std::string>(words.begin(), words.end()).size(),
              words.size());
    std::sort(words.begin(), words.end());
    EXPECT_EQ(sample.reference().reference(), absl::StrJoin(words, " "));
    EXPECT_EQ(sample.reference().reference(),
              absl::AsciiStrToLower(sample.reference().reference()));
  }
}

TEST(WordSorting, EveryLengthIsEquallyLikely) {
  std::vector<size_t> lengths;
  for (const Sample& sample :
       Rows("word_sorting", 20000, {{"min_words", 1}, {"max_words", 5}})) {
    const Strings words = absl::StrSplit(sample.reference().reference(), ' ');
    lengths.push_back(words.size());
  }
  const auto counts = Count(lengths);
  EXPECT_EQ(counts.size(), 5);
  for (const auto& [length, count] : counts) {
    EXPECT_GE(length, 1);
    EXPECT_LE(length, 5);
    EXPECT_NEAR(count, 4000, 250);  // more than four standard deviations
  }
}

TEST(WordSorting, MoreLeastWordsThanMostIsAnError) {
  const absl::Status status =
      OpenStatus("word_sorting", {{"min_words", 21}, {"max_words", 20}});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("min_words"));
}

bool Balances(const std::string& word) {
  std::string open;
  for (char c : word) {
    const size_t kind = absl::string_view("<[{(").find(c);
    if (kind != absl::string_view::npos) {
      open.push_back(">]})"[kind]);
    } else if (open.empty() || open.back() != c) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

std::string Unspaced(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, ' '), "");
}

TEST(Dyck, ChallengeAndReferenceBalanceAndTheReferenceOnlyCloses) {
  for (const Sample& sample : Rows("dyck", 5000)) {
    const std::string answer = Unspaced(sample.reference().reference());
    const std::string word = Unspaced(Challenge(sample)) + answer;
    EXPECT_TRUE(Balances(word)) << word;
    EXPECT_EQ(answer.find_first_not_of(">]})"), std::string::npos) << answer;
    EXPECT_GE(word.size(), 4);
    EXPECT_LE(word.size(), 40);
  }
}

TEST(Dyck, EveryNumberOfPairsAndEveryAnswerIsEquallyLikely) {
  std::vector<size_t> pairs;
  for (const Sample& sample : Rows("dyck", 20000,
                                   {{"min_pairs", 1},
                                    {"max_pairs", 5},
                                    {"min_answer", 1},
                                    {"max_answer", 1}})) {
    pairs.push_back((Unspaced(Challenge(sample)).size() + 1) / 2);
  }
  std::vector<size_t> answers;
  for (const Sample& sample : Rows("dyck", 20000,
                                   {{"min_pairs", 1},
                                    {"max_pairs", 5},
                                    {"min_answer", 1},
                                    {"max_answer", 5}})) {
    answers.push_back(Unspaced(sample.reference().reference()).size());
  }
  for (const auto& counts : {Count(pairs), Count(answers)}) {
    EXPECT_EQ(counts.size(), 5);
    for (const auto& [value, count] : counts) EXPECT_NEAR(count, 4000, 250);
  }
}

TEST(Dyck, ExactSizesAreKept) {
  for (int i = 1; i < 100; ++i) {
    const int answer = std::min(i, i % 3 + 1);
    for (const Sample& sample : Rows("dyck", 3,
                                     {{"min_pairs", i},
                                      {"max_pairs", i},
                                      {"min_answer", answer},
                                      {"max_answer", answer}})) {
      const std::string end = Unspaced(sample.reference().reference());
      EXPECT_EQ(end.size(), answer);
      EXPECT_EQ(Unspaced(Challenge(sample)).size() + end.size(), 2 * i);
    }
  }
}

TEST(Dyck, SenselessRangesAreErrors) {
  const nlohmann::json kCases[] = {
      {{"min_pairs", 20}, {"max_pairs", 2}},
      {{"min_answer", 3}, {"max_answer", 1}},
      {{"max_pairs", 20}, {"max_answer", 21}},
      {{"min_pairs", 0}},
      {{"min_pairs", "2"}},
  };
  for (const nlohmann::json& parameters : kCases) {
    EXPECT_EQ(OpenStatus("dyck", parameters).code(),
              absl::StatusCode::kInvalidArgument)
        << parameters;
  }
}

// The stem and the options of a question, read back from its prompt.
struct Parsed {
  std::string stem;
  Strings options;
  std::string answer;
};

Parsed Parse(const Sample& sample) {
  const MultipleChoice& body = sample.multiple_choice();
  const Strings lines = absl::StrSplit(body.prompt(), '\n');
  EXPECT_EQ(lines.size(), 6) << body.prompt();
  Parsed parsed = {.stem = lines[0], .options = {}, .answer = ""};
  for (int i = 0; i < 4; ++i) {
    const std::string prefix = absl::StrCat(std::string(1, 'A' + i), ". ");
    EXPECT_TRUE(absl::StartsWith(lines[i + 1], prefix));
    parsed.options.push_back(lines[i + 1].substr(3));
    if (body.answer() == prefix.substr(0, 1)) {
      parsed.answer = parsed.options.back();
    }
  }
  return parsed;
}

// Works the question out anew; false where only a person could.
bool Solve(const Parsed& question, std::string& answer) {
  const auto numbers = [&] {
    std::vector<int> values;
    for (const std::string& option : question.options) {
      int value = 0;
      EXPECT_TRUE(absl::SimpleAtoi(option, &value)) << option;
      values.push_back(value);
    }
    return values;
  };
  int a = 0, b = 0, c = 0, d = 0;
  std::string word;
  const std::string& stem = question.stem;
  if (RE2::FullMatch(stem, R"(What is (\d+) \+ (\d+)\?)", &a, &b)) {
    answer = absl::StrCat(a + b);
  } else if (RE2::FullMatch(stem, R"(What is (\d+) - (\d+)\?)", &a, &b)) {
    answer = absl::StrCat(a - b);
  } else if (RE2::FullMatch(stem, R"(What is (\d+) times (\d+)\?)", &a, &b)) {
    answer = absl::StrCat(a * b);
  } else if (RE2::FullMatch(
                 stem,
                 R"(Which number comes next: (\d+), (\d+), (\d+), (\d+)\?)", &a,
                 &b, &c, &d)) {
    EXPECT_EQ(d - c, b - a);
    answer = absl::StrCat(d + b - a);
  } else if (absl::StrContains(stem, "numbers is the largest")) {
    const std::vector<int> values = numbers();
    answer = absl::StrCat(*std::max_element(values.begin(), values.end()));
  } else if (absl::StrContains(stem, "numbers is the smallest")) {
    const std::vector<int> values = numbers();
    answer = absl::StrCat(*std::min_element(values.begin(), values.end()));
  } else if (absl::StrContains(stem, "alphabetical order")) {
    answer =
        *std::min_element(question.options.begin(), question.options.end());
  } else if (RE2::FullMatch(
                 stem, R"re(How many letters does the word "(\w+)" have\?)re",
                 &word)) {
    answer = absl::StrCat(word.size());
  } else if (RE2::FullMatch(stem, R"(Which .* begins with the letter (\w)\?)",
                            &word)) {
    int fitting = 0;
    for (const std::string& option : question.options) {
      if (option[0] != word[0]) continue;
      answer = option;
      ++fitting;
    }
    EXPECT_EQ(fitting, 1) << stem;
  } else {
    return false;
  }
  return true;
}

TEST(MultipleChoice, TheMarkedOptionIsTheRightOne) {
  int solved = 0;
  const std::vector<Sample> rows = Rows("multiple_choice", 5000);
  for (const Sample& sample : rows) {
    const Parsed question = Parse(sample);
    std::string answer;
    if (!Solve(question, answer)) continue;
    EXPECT_EQ(question.answer, answer) << question.stem;
    ++solved;
  }
  EXPECT_GT(solved, 3000);  // 8 of the 12 forms
}

TEST(MultipleChoice, OptionsDifferAndTheLettersAreEquallyLikely) {
  Strings letters;
  for (const Sample& sample : Rows("multiple_choice", 20000)) {
    const Strings options = Parse(sample).options;
    EXPECT_EQ(std::set<std::string>(options.begin(), options.end()).size(), 4);
    letters.push_back(sample.multiple_choice().answer());
  }
  const auto counts = Count(letters);
  EXPECT_EQ(counts.size(), 4);
  for (const auto& [letter, count] : counts) EXPECT_NEAR(count, 5000, 260);
}

// Questions that are answered from facts: whatever the row, a category's
// member is never also the answer of its negation, and so on.
TEST(MultipleChoice, FactsAgreeWithEachOther) {
  std::map<std::string, std::set<std::string>> members;
  std::map<std::string, std::string> opposites;
  for (const Sample& sample : Rows("multiple_choice", 20000)) {
    const Parsed question = Parse(sample);
    std::string name;
    if (RE2::FullMatch(question.stem, R"(Which of these is (an? .*)\?)",
                       &name)) {
      members[name].insert(question.answer);
    } else if (RE2::FullMatch(question.stem,
                              R"(Which of these is not (an? .*)\?)", &name)) {
      for (const std::string& option : question.options) {
        if (option != question.answer) members[name].insert(option);
      }
    } else if (RE2::FullMatch(question.stem, R"re(.* opposite of "(\w+)"\?)re",
                              &name)) {
      opposites[name] = question.answer;
    }
  }
  EXPECT_EQ(members.size(), 14);
  std::map<std::string, int> homes;
  for (const auto& [name, words] : members) {
    EXPECT_EQ(words.size(), 8) << name;
    for (const std::string& word : words) EXPECT_EQ(++homes[word], 1) << word;
  }
  EXPECT_GT(opposites.size(), 50);
  for (const auto& [word, opposite] : opposites) {
    EXPECT_EQ(opposites[opposite], word);
  }
}

TEST(Arithmetic, TheWorkingHoldsAndEndsInTheBoxedResult) {
  const RE2 step(R"((\d+) ([+×÷-]) (\d+) = (\d+))");
  for (const Sample& sample : Rows("arithmetic", 5000)) {
    const std::string& reference = sample.reference().reference();
    re2::StringPiece rest = reference;
    int64_t a = 0, b = 0, result = 0;
    std::string sign;
    int steps = 0;
    while (RE2::FindAndConsume(&rest, step, &a, &sign, &b, &result)) {
      const int64_t right = sign == "+"   ? a + b
                            : sign == "-" ? a - b
                            : sign == "×" ? a * b
                                          : a / b;
      EXPECT_EQ(result, right) << reference;
      if (sign == "÷") {
        EXPECT_EQ(a % b, 0) << reference;
      }
      ++steps;
    }
    EXPECT_EQ(steps, 2) << reference;
    EXPECT_TRUE(
        absl::EndsWith(reference, absl::StrCat("\\boxed{", result, "}")))
        << reference;
  }
}

TEST(Arithmetic, TheFinalAnswerIsTheBoxedResult) {
  const std::vector<Sample> worked = Rows("arithmetic", 200);
  const std::vector<Sample> answers =
      Rows("arithmetic", 200, {{"kind", "final_answer"}});
  ASSERT_EQ(answers.size(), worked.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    const FinalAnswer& body = answers[i].final_answer();
    EXPECT_EQ(body.form(), FinalAnswer::NUMBER);
    EXPECT_EQ(body.prompt(), worked[i].reference().prompt());
    EXPECT_TRUE(absl::EndsWith(worked[i].reference().reference(),
                               absl::StrCat("\\boxed{", body.answer(), "}")));
  }
}

TEST(Arithmetic, NoOtherKindIsMade) {
  EXPECT_THAT(OpenStatus("arithmetic", {{"kind", "text"}}).message(),
              HasSubstr("must be reference or final_answer"));
}

// The program within a prompt.
std::string ProgramOf(const std::string& prompt) {
  const size_t begin = prompt.find("\n\n") + 2;
  return prompt.substr(begin, prompt.rfind("\n\n") + 1 - begin);
}

TEST(Programs, TheAnswerIsWhatTheProgramPrints) {
  std::set<std::string> programs, outputs;
  for (const Sample& sample :
       Rows("programs", 3000, {{"kind", "final_answer"}})) {
    const FinalAnswer& body = sample.final_answer();
    EXPECT_EQ(body.form(), FinalAnswer::TEXT);
    const std::string program = ProgramOf(body.prompt());
    const auto printed = RunTinyPython(program, 1000);
    ASSERT_TRUE(printed.ok()) << printed.status() << "\n" << program;
    EXPECT_EQ(*printed, body.answer() + "\n") << program;
    programs.insert(program);
    outputs.insert(body.answer());
  }
  EXPECT_GT(programs.size(), 2900);
  EXPECT_GT(outputs.size(), 1000);  // no answer that is right too often
}

TEST(Programs, EveryStatementIsUsed) {
  std::string all;
  for (const Sample& sample : Rows("programs", 300, {{"kind", "reference"}})) {
    absl::StrAppend(&all, ProgramOf(sample.reference().prompt()));
    EXPECT_TRUE(
        absl::StartsWith(sample.reference().reference(), "{\"output\": \""));
  }
  for (absl::string_view part :
       {"for v in values:", "for i in range(", "while ", "if ",
        "else:", "values.append(", " // ", " % ", " * ", "len(", "-= "}) {
    EXPECT_THAT(all, HasSubstr(std::string(part)));
  }
}

bool SatisfiesAll(const InstructionFollowing& body, int prompt,
                  absl::string_view reply) {
  for (const Rule& rule : body.rules()) {
    const auto satisfied =
        Satisfied(rule, prompt, {reply.data(), reply.size()});
    EXPECT_TRUE(satisfied.ok()) << satisfied.status();
    if (!satisfied.ok() || !*satisfied) return false;
  }
  return true;
}

// What the rules ask for, taken together.
struct Demands {
  int words = 0;        // at least
  int sentences = 1;    // at least
  int bullets = 0;      // exactly
  Strings keywords;     // each as often as it stands here
  std::string closing;  // at the end
  bool quoted = false;
  bool upper = false;
  bool lower = false;
};

Demands Collect(const InstructionFollowing& body, int prompt) {
  Demands demands;
  Strings included;
  for (const Rule& rule : body.rules()) {
    switch (rule.id()) {
      case WORD_COUNT_AT_LEAST:
        demands.words = rule.count();
        break;
      case SENTENCE_COUNT_AT_LEAST:
        demands.sentences = rule.count();
        break;
      case BULLET_COUNT_FREQUENCY:
        demands.bullets = rule.count();
        break;
      case KEYWORD_INCLUSION:
        included.push_back(rule.keywords(prompt));
        break;
      case KEYWORD_FREQUENCY:
        for (int i = 0; i < rule.keyword_counts(prompt); ++i) {
          demands.keywords.push_back(rule.keywords(prompt));
        }
        break;
      case ENDS_WITH:
        demands.closing = rule.phrase();
        break;
      case QUOTATION:
        demands.quoted = true;
        break;
      case ALL_UPPER_CASE:
        demands.upper = true;
        break;
      case ALL_LOWER_CASE:
        demands.lower = true;
        break;
      default:  // satisfied by saying no more than is asked for
        break;
    }
  }
  // The closing has each of its words once.
  for (absl::string_view piece : absl::StrSplit(demands.closing, ' ')) {
    std::string word(piece);
    while (!word.empty() && absl::ascii_ispunct(word.back())) word.pop_back();
    const auto found =
        std::find_if(demands.keywords.begin(), demands.keywords.end(),
                     [&](const std::string& keyword) {
                       return absl::EqualsIgnoreCase(keyword, word);
                     });
    if (found != demands.keywords.end()) demands.keywords.erase(found);
  }
  demands.keywords.insert(demands.keywords.end(), included.begin(),
                          included.end());
  return demands;
}

// A reply without sense that does what is asked for. "Blah" is no keyword of
// the test's texts.
std::string MakeReply(const Demands& demands) {
  std::string reply = demands.quoted ? "\"Blah" : "Blah";
  for (const std::string& keyword : demands.keywords) {
    absl::StrAppend(&reply, " ", keyword);
  }
  for (int i = 0; i < demands.words; ++i) absl::StrAppend(&reply, " blah");
  absl::StrAppend(&reply, ".");
  for (int i = 1; i < demands.sentences; ++i) {
    absl::StrAppend(&reply, " Blah blah.");
  }
  for (int i = 0; i < demands.bullets; ++i) absl::StrAppend(&reply, "\n* blah");
  if (!demands.closing.empty()) {
    absl::StrAppend(&reply, "\n", demands.closing);
  }
  if (demands.quoted) absl::StrAppend(&reply, "\"");
  if (demands.upper) absl::AsciiStrToUpper(&reply);
  if (demands.lower) absl::AsciiStrToLower(&reply);
  return reply;
}

TEST(InstructionFollowing, EveryRuleSetCanBeSatisfiedAndViolated) {
  for (int version : {1, 2}) {
    for (const Sample& sample :
         Rows("instruction_following", 3000, {{"version", version}})) {
      const InstructionFollowing& body = sample.instruction_following();
      for (int prompt : {0, 1}) {
        const Demands demands = Collect(body, prompt);
        const std::string good = MakeReply(demands);
        EXPECT_TRUE(SatisfiesAll(body, prompt, good))
            << body.DebugString() << good;
        // Says nothing; or too much of everything.
        std::string bad;
        for (int i = 0; i < 60; ++i) {
          absl::StrAppend(&bad, "No, YES. ");
          for (const Rule& rule : body.rules()) {
            if (!rule.keywords().empty()) {
              absl::StrAppend(&bad, rule.keywords(prompt), " ");
            }
          }
        }
        EXPECT_FALSE(SatisfiesAll(body, prompt, "") &&
                     SatisfiesAll(body, prompt, bad))
            << body.DebugString();
      }
    }
  }
}

TEST(InstructionFollowing, BothVersionsHaveTheirNumbersOfRules) {
  for (int version : {1, 2}) {
    std::vector<int> sizes;
    for (const Sample& sample :
         Rows("instruction_following", 2000, {{"version", version}})) {
      const InstructionFollowing& body = sample.instruction_following();
      sizes.push_back(body.rules_size());
      std::set<int> ids;
      for (const Rule& rule : body.rules()) {
        EXPECT_TRUE(ids.insert(rule.id()).second);
      }
      EXPECT_NE(body.prompts(0), body.prompts(1));
    }
    const auto counts = Count(sizes);
    EXPECT_EQ(counts.size(), 4);
    EXPECT_EQ(counts.begin()->first, version);
  }
}

TEST(InstructionFollowing, TheVersionMustBeKnown) {
  for (const nlohmann::json& parameters :
       {nlohmann::json::object(), nlohmann::json{{"version", 3}},
        nlohmann::json{{"version", "V1"}}}) {
    EXPECT_EQ(OpenStatus("instruction_following", parameters).code(),
              absl::StatusCode::kInvalidArgument)
        << parameters;
  }
}

TEST(TextFiles, RowsAreTheParagraphsWithoutTheTitles) {
  Strings texts;
  for (const Sample& sample : Rows("text_files", 100)) {
    texts.push_back(sample.text().text());
  }
  EXPECT_THAT(texts,
              testing::ElementsAre(
                  "The sea is wide. It was there before us! Ships cross it "
                  "slowly, day and night.",
                  "Waves reach the harbour in the evening.",
                  "Ice floats on cold water. Children slide over frozen "
                  "ponds. It melts in spring."));
}

}  // namespace
}  // namespace sn37::datasets
