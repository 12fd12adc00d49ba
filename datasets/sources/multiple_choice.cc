// Multiple choice: simple questions with four options of which exactly one is
// right by construction, so that even a small model has something to gain.
//
// Inputs: "words", for the questions about spelling. No parameters.
#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "datasets/json_keys.h"
#include "datasets/sources/choice_facts.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/words.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr size_t kOptions = 4;
constexpr absl::string_view kLetters[kOptions] = {"A", "B", "C", "D"};

using Words = std::vector<std::string>;

// The first option is the right one; all differ.
struct Question {
  std::string stem;
  std::array<std::string, kOptions> options;
};

int64_t Number(int64_t min, int64_t max, CounterRandom& random) {
  return Range{.min = min, .max = max}.Draw(random);
}

// Different words in random order.
std::array<std::string, kOptions> DrawWords(const Words& words,
                                            CounterRandom& random) {
  std::array<std::string, kOptions> drawn;
  const std::vector<size_t> places = DrawPlaces(words.size(), kOptions, random);
  for (size_t i = 0; i < kOptions; ++i) drawn[i] = words[places[i]];
  return drawn;
}

// Different numbers of [min, max] in random order. REQUIRES: four of them.
std::array<int64_t, kOptions> DrawNumbers(int64_t min, int64_t max,
                                          CounterRandom& random) {
  std::array<int64_t, kOptions> drawn;
  const std::vector<size_t> places =
      DrawPlaces(max - min + 1, kOptions, random);
  for (size_t i = 0; i < kOptions; ++i) {
    drawn[i] = min + static_cast<int64_t>(places[i]);
  }
  return drawn;
}

// A number as the right option, with three others at most 10 away and none
// below zero.
std::array<std::string, kOptions> AmongNear(int64_t right,
                                            CounterRandom& random) {
  std::array<std::string, kOptions> options = {absl::StrCat(right)};
  size_t count = 1;
  const int64_t low = std::max<int64_t>(0, right - 10);
  for (size_t place : DrawPlaces(right + 10 - low + 1, kOptions, random)) {
    const int64_t number = low + static_cast<int64_t>(place);
    if (number != right && count < kOptions) {
      options[count++] = absl::StrCat(number);
    }
  }
  return options;
}

// One member of a category among three of others.
Question Member(const Words&, CounterRandom& random) {
  const std::vector<size_t> categories =
      DrawPlaces(std::size(kCategories), kOptions, random);
  Question question = {absl::Substitute("Which of these is $0?",
                                        kCategories[categories[0]].name),
                       {}};
  for (size_t i = 0; i < kOptions; ++i) {
    question.options[i] =
        std::string(Pick(kCategories[categories[i]].members, random));
  }
  return question;
}

// Three members of a category and one of another, which is the answer.
Question Stranger(const Words&, CounterRandom& random) {
  const std::vector<size_t> categories =
      DrawPlaces(std::size(kCategories), 2, random);
  const Category& home = kCategories[categories[0]];
  Question question = {
      absl::Substitute("Which of these is not $0?", home.name),
      {std::string(Pick(kCategories[categories[1]].members, random))}};
  const std::vector<size_t> members =
      DrawPlaces(std::size(home.members), kOptions - 1, random);
  for (size_t i = 1; i < kOptions; ++i) {
    question.options[i] = std::string(home.members[members[i - 1]]);
  }
  return question;
}

Question Opposite(const Words&, CounterRandom& random) {
  const std::vector<size_t> pairs =
      DrawPlaces(std::size(kOpposites), kOptions, random);
  const size_t side = random.Below(2);
  Question question = {
      absl::Substitute("Which word means the opposite of \"$0\"?",
                       kOpposites[pairs[0]][1 - side]),
      {}};
  for (size_t i = 0; i < kOptions; ++i) {
    question.options[i] = std::string(kOpposites[pairs[i]][side]);
  }
  return question;
}

Question Extreme(const Words&, CounterRandom& random) {
  std::array<int64_t, kOptions> numbers = DrawNumbers(1, 999, random);
  const bool largest = random.Below(2) == 0;
  std::sort(numbers.begin(), numbers.end());
  if (largest) std::swap(numbers.front(), numbers.back());
  Question question = {absl::Substitute("Which of these numbers is the $0?",
                                        largest ? "largest" : "smallest"),
                       {}};
  for (size_t i = 0; i < kOptions; ++i) {
    question.options[i] = absl::StrCat(numbers[i]);
  }
  return question;
}

Question Sum(const Words&, CounterRandom& random) {
  const int64_t a = Number(2, 60, random);
  const int64_t b = Number(2, 39, random);
  return {absl::Substitute("What is $0 + $1?", a, b), AmongNear(a + b, random)};
}

Question Difference(const Words&, CounterRandom& random) {
  const int64_t b = Number(2, 39, random);
  const int64_t a = b + Number(1, 60, random);
  return {absl::Substitute("What is $0 - $1?", a, b), AmongNear(a - b, random)};
}

Question Product(const Words&, CounterRandom& random) {
  const int64_t a = Number(2, 12, random);
  const int64_t b = Number(2, 12, random);
  return {absl::Substitute("What is $0 times $1?", a, b),
          AmongNear(a * b, random)};
}

Question NextInRow(const Words&, CounterRandom& random) {
  const int64_t step = Number(2, 12, random);
  const int64_t first = Number(1, 40, random);
  return {absl::Substitute("Which number comes next: $0, $1, $2, $3?", first,
                           first + step, first + 2 * step, first + 3 * step),
          AmongNear(first + 4 * step, random)};
}

Question AlphabetFirst(const Words& words, CounterRandom& random) {
  Question question = {
      "Which of these words comes first in alphabetical order?",
      DrawWords(words, random)};
  std::sort(question.options.begin(), question.options.end());
  return question;
}

Question LetterCount(const Words& words, CounterRandom& random) {
  const std::string& word = Pick(words, random);
  return {absl::Substitute("How many letters does the word \"$0\" have?", word),
          AmongNear(static_cast<int64_t>(word.size()), random)};
}

// Four words of which only the right one begins with the letter.
Question FirstLetter(const Words& words, CounterRandom& random) {
  std::array<std::string, kOptions> options = {Pick(words, random)};
  const char letter = options[0][0];
  // Words with other initials; ReadWords' lists have several (see Open).
  for (size_t i = 1; i < kOptions;) {
    const std::string& word = Pick(words, random);
    if (word[0] == letter || std::find(options.begin(), options.begin() + i,
                                       word) != options.begin() + i) {
      continue;
    }
    options[i++] = word;
  }
  return {absl::Substitute("Which of these words begins with the letter $0?",
                           std::string(1, letter)),
          options};
}

Question Following(const Words&, CounterRandom& random) {
  const bool day = random.Below(2) == 0;
  const absl::Span<const absl::string_view> cycle =
      day ? absl::MakeConstSpan(kDays) : absl::MakeConstSpan(kMonths);
  const std::vector<size_t> places = DrawPlaces(cycle.size(), kOptions, random);
  const size_t before = (places[0] + cycle.size() - 1) % cycle.size();
  Question question = {absl::Substitute("Which $0 comes right after $1?",
                                        day ? "day" : "month", cycle[before]),
                       {}};
  for (size_t i = 0; i < kOptions; ++i) {
    question.options[i] = std::string(cycle[places[i]]);
  }
  return question;
}

using MakeQuestion = Question (*)(const Words& words, CounterRandom& random);
constexpr MakeQuestion kQuestions[] = {
    Member,  Stranger,  Opposite,      Extreme,     Sum,         Difference,
    Product, NextInRow, AlphabetFirst, LetterCount, FirstLetter, Following};

Sample MakeSample(const Words& words, CounterRandom& random) {
  const Question question = Pick(kQuestions, random)(words, random);
  std::array<size_t, kOptions> order = {0, 1, 2, 3};
  random.Shuffle(absl::MakeSpan(order));
  Sample sample;
  MultipleChoice& body = *sample.mutable_multiple_choice();
  std::string prompt = question.stem;
  for (size_t i = 0; i < kOptions; ++i) {
    absl::StrAppend(&prompt, "\n", kLetters[i], ". ",
                    question.options[order[i]]);
    body.add_choices(std::string(kLetters[i]));
    if (order[i] == 0) body.set_answer(std::string(kLetters[i]));
  }
  absl::StrAppend(&prompt,
                  "\nReply with the letter of the right answer and nothing "
                  "else.");
  body.set_prompt(prompt);
  return sample;
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(context.parameters, {}));
  SN37_ASSIGN_OR_RETURN(Words words, ReadWords(context, kOptions));
  // FirstLetter needs three words of other initials than any given one.
  std::array<size_t, 256> initials = {};
  for (const std::string& word : words) ++initials[word[0]];
  if (words.size() - *std::max_element(initials.begin(), initials.end()) <
      kOptions - 1) {
    return absl::InvalidArgumentError(
        "nearly all words of the input \"words\" begin with the same letter");
  }
  return Generate(context,
                  [words = std::move(words)](
                      CounterRandom& random) -> absl::StatusOr<Sample> {
                    return MakeSample(words, random);
                  });
}

}  // namespace

const Source kMultipleChoice = {.name = "multiple_choice",
                                .kind = Sample::kMultipleChoice,
                                .endless = true,
                                .open = Open};

}  // namespace sn37::datasets
