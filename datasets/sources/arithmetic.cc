// Arithmetic word problems with a worked answer: the reference is the working
// and the result as \boxed{N}, the form that verifiable maths is checked in.
//
// No inputs. Parameters: kind, "reference" unless told; "final_answer" keeps
// the result alone.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "datasets/json_keys.h"
#include "datasets/sources/answers.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/words.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr absl::string_view kPeople[] = {"Anna", "Ben",  "Clara", "David",
                                         "Eva",  "Finn", "Greta", "Hugo",
                                         "Ida",  "Jonas"};
constexpr absl::string_view kThings[] = {"apples",  "marbles", "stamps",
                                         "pencils", "candles", "shells",
                                         "cards",   "beads"};

struct Problem {
  std::string question;
  std::string working;
  int64_t answer;
};

int64_t Number(int64_t min, int64_t max, CounterRandom& random) {
  return Range{.min = min, .max = max}.Draw(random);
}

Problem Shopping(CounterRandom& random) {
  const absl::string_view who = Pick(kPeople, random);
  const absl::string_view what = Pick(kThings, random);
  const int64_t have = Number(2, 60, random);
  const int64_t boxes = Number(2, 12, random);
  const int64_t each = Number(2, 15, random);
  return {absl::Substitute("$0 has $1 $2 and buys $3 boxes with $4 $2 in each. "
                           "How many $2 does $0 have then?",
                           who, have, what, boxes, each),
          absl::Substitute("The boxes hold $0 × $1 = $2 $3. Together with the "
                           "$4 from before that is $2 + $4 = $5.",
                           boxes, each, boxes * each, what, have,
                           boxes * each + have),
          boxes * each + have};
}

Problem Sharing(CounterRandom& random) {
  const absl::string_view who = Pick(kPeople, random);
  const absl::string_view what = Pick(kThings, random);
  const int64_t friends = Number(2, 9, random);
  const int64_t each = Number(2, 20, random);
  const int64_t rest = Number(1, 30, random);
  const int64_t all = friends * each + rest;
  return {absl::Substitute("$0 has $1 $2, keeps $3 of them and shares the rest "
                           "evenly among $4 friends. How many $2 does each "
                           "friend get?",
                           who, all, what, rest, friends),
          absl::Substitute("To share there are $0 - $1 = $2 $3. Each of the $4 "
                           "friends gets $2 ÷ $4 = $5.",
                           all, rest, all - rest, what, friends, each),
          each};
}

Problem Travel(CounterRandom& random) {
  const int64_t speed = 10 * Number(3, 12, random);
  const int64_t hours = Number(2, 9, random);
  const int64_t more = Number(5, 95, random);
  return {
      absl::Substitute("A train runs for $0 hours at $1 kilometres an hour "
                       "and then $2 kilometres more. How many kilometres "
                       "has it gone in all?",
                       hours, speed, more),
      absl::Substitute("In $0 hours it goes $0 × $1 = $2 kilometres. With "
                       "the last part that is $2 + $3 = $4.",
                       hours, speed, hours * speed, more, hours * speed + more),
      hours * speed + more};
}

Problem Change(CounterRandom& random) {
  const absl::string_view who = Pick(kPeople, random);
  const absl::string_view what = Pick(kThings, random);
  const int64_t count = Number(2, 9, random);
  const int64_t price = Number(2, 9, random);
  const int64_t back = Number(1, 40, random);
  const int64_t paid = count * price + back;
  return {absl::Substitute("$0 buys $1 $2 at $3 coins each and pays with $4 "
                           "coins. How many coins does $0 get back?",
                           who, count, what, price, paid),
          absl::Substitute("The $0 cost $1 × $2 = $3 coins. From $4 coins "
                           "there remain $4 - $3 = $5.",
                           what, count, price, count * price, paid, back),
          back};
}

Problem Rows(CounterRandom& random) {
  const int64_t rows = Number(3, 25, random);
  const int64_t seats = Number(4, 30, random);
  const int64_t taken = Number(1, rows * seats - 1, random);
  return {
      absl::Substitute("A hall has $0 rows with $1 seats each, and $2 "
                       "seats are taken. How many seats are free?",
                       rows, seats, taken),
      absl::Substitute("There are $0 × $1 = $2 seats. Without the $3 that "
                       "are taken, $2 - $3 = $4 are free.",
                       rows, seats, rows * seats, taken, rows * seats - taken),
      rows * seats - taken};
}

Problem Ages(CounterRandom& random) {
  const absl::string_view who = Pick(kPeople, random);
  const int64_t age = Number(3, 15, random);
  const int64_t times = Number(2, 4, random);
  const int64_t years = Number(2, 20, random);
  return {absl::Substitute("$0 is $1 years old, and an aunt of $0 is $2 times "
                           "as old. How old will the aunt be in $3 years?",
                           who, age, times, years),
          absl::Substitute("Today the aunt is $0 × $1 = $2 years old. In $3 "
                           "years she will be $2 + $3 = $4.",
                           times, age, times * age, years, times * age + years),
          times * age + years};
}

using MakeProblem = Problem (*)(CounterRandom& random);
constexpr MakeProblem kProblems[] = {Shopping, Sharing, Travel,
                                     Change,   Rows,    Ages};

absl::StatusOr<Sample> MakeSample(Sample::BodyCase kind,
                                  CounterRandom& random) {
  const Problem problem = Pick(kProblems, random)(random);
  return AnswerSample(
      kind,
      {.prompt = absl::StrCat(
           problem.question,
           " Show the steps and end with the result as \\boxed{result}."),
       .reply = absl::StrCat(problem.working, " \\boxed{", problem.answer, "}"),
       .answer = absl::StrCat(problem.answer),
       .form = FinalAnswer::NUMBER});
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(context.parameters, {"kind"}));
  SN37_ASSIGN_OR_RETURN(const Sample::BodyCase kind,
                        AnswerKind(kArithmetic, context.parameters));
  return Generate(context, [kind](CounterRandom& random) {
    return MakeSample(kind, random);
  });
}

}  // namespace

const Source kArithmetic = {.name = "arithmetic",
                            .kind = Sample::kReference,
                            .endless = true,
                            .open = Open};

}  // namespace sn37::datasets
