#include "eval/methods/deviation.h"

#include <algorithm>
#include <string>

#include "sn37/rules/unicode.h"

namespace sn37::eval {

double ChoiceDeviation(const datasets::MultipleChoice& question,
                       absl::string_view reply) {
  const auto& choices = question.choices();
  const std::u32string text = ToCodePoints(reply);
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = std::find_if(at, text.end(), IsWordCharacter);
    at = std::find_if_not(begin, text.end(), IsWordCharacter);
    const std::string word = ToUtf8(std::u32string(begin, at));
    if (std::find(choices.begin(), choices.end(), word) != choices.end()) {
      return word == question.answer() ? 0 : 1;
    }
  }
  return 1;
}

double RuleDeviation(int64_t satisfied, int64_t rules) {
  const double share =
      static_cast<double>(satisfied) / static_cast<double>(rules);
  return 1 - share * share;
}

}  // namespace sn37::eval
