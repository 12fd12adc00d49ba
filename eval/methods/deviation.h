// How far one answer is from right, in [0, 1]: 0 is right.
#ifndef EVAL_METHODS_DEVIATION_H_
#define EVAL_METHODS_DEVIATION_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "datasets/sample.pb.h"

namespace sn37::eval {

// 0 if the first word of `reply` that is one of the question's choices is its
// answer, else 1. Words are runs of Unicode word characters, compared with
// their case; any choice counts, the article "A" included.
double ChoiceDeviation(const datasets::MultipleChoice& question,
                       absl::string_view reply);

// 1 - (satisfied / rules)². REQUIRES: 0 <= satisfied <= rules, rules >= 1.
double RuleDeviation(int64_t satisfied, int64_t rules);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_DEVIATION_H_
