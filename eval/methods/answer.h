// The final answer of a worked solution: where it stands in a reply, and
// whether it is the right one.
//
//   FindAnswer("… so it is \\boxed{\\frac{1}{2}}.")         // \frac{1}{2}
//   FindAnswer("… {\"answer\": [3, 1]}")                     // [3, 1]
//   IsSameAnswer(FinalAnswer::NUMBER, "0.5", "\\frac{1}{2}")  // true
//
// Pure functions. Replies may be hostile: what follows says how much of one is
// read; beyond that the work is linear in its length.
#ifndef EVAL_METHODS_ANSWER_H_
#define EVAL_METHODS_ANSWER_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "datasets/sample.pb.h"

namespace sn37::eval {

// The value of the last JSON member of a text that is named "answer" or
// "output": of a string what it says, of anything else the JSON as written,
// nested at most 64 deep. A member whose value is no JSON does not count
// (3/4 and 1,000 are none, and no part of them is the answer); one needs no
// whole object around it, for a reply may end too early for that. Of all
// members so named the last 64 are looked at, and 64 KiB of each one's string,
// array or object.
std::optional<std::string> LastJsonAnswer(absl::string_view text);

// What stands in the last \boxed{…} (sn37/base/boxed.h) or in the last JSON
// answer, whichever is later.
std::optional<std::string> FindAnswer(absl::string_view text);

// Whether two answers are the same, white space and the TeX that only sets it
// or the answer's font ($, \left, \text{…}, \, …) aside. By form:
//   TEXT    the same characters
//   NUMBER  the same value, compared exactly: an integer, decimal or fraction
//           (a/b, \frac{a}{b}), with commas between thousands, an exponent, a
//           sign; a percent or degree sign after it counts for nothing
//   SET     every member of each is in the other, as a number where both are
//           one; members stand between commas, within any brackets
// Where an answer is no number, NUMBER compares as TEXT; no number has more
// than 300 digits or stands for a power of ten beyond 300. All forms compare as
// TEXT where an answer has more than 4096 bytes.
bool IsSameAnswer(datasets::FinalAnswer::Form form, absl::string_view a,
                  absl::string_view b);

// 0 if there is an answer and it is the same as `right`, else 1.
double AnswerDeviation(datasets::FinalAnswer::Form form,
                       absl::string_view right,
                       const std::optional<std::string>& answer);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_ANSWER_H_
