// A multiple-choice prompt taken apart: its question and the text of the right
// option, for tasks that ask the question without the options.
#ifndef SN37_DATASETS_SOURCES_HUB_QUESTIONS_H_
#define SN37_DATASETS_SOURCES_HUB_QUESTIONS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace sn37::datasets {

struct AnsweredQuestion {
  std::string question;
  std::string answer;
};

// The text of a line, then, each after white space (line ends too), "A. ",
// "B. ", "C. " and "D. " with a text on one line: the question and the text
// that `letter` names. Of several such places the last counts, for those before
// are worked examples; "[Input Question]" at the question's start is no part of
// it. Absent where there is no such place, or no such letter. Pure.
std::optional<AnsweredQuestion> ParseQuestion(absl::string_view prompt,
                                              absl::string_view letter);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_HUB_QUESTIONS_H_
