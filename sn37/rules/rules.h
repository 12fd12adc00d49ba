// The instruction-following rules: whether a reply satisfies a rule, and how a
// rule is put to the model.
//
//   Rule rule;
//   rule.set_id(WORD_COUNT_AT_MOST);
//   rule.set_count(30);
//   RuleLine(rule, 0);             // "Write at most 30 words."
//   Satisfied(rule, 0, "Hello.");  // true
//
// A sample has two prompts under the same rules; `prompt` is 0 or 1 and chooses
// the keyword of the keyword rules. All functions are pure and safe to call
// from any thread; text is UTF-8, and invalid bytes count as U+FFFD.
#ifndef SN37_RULES_RULES_H_
#define SN37_RULES_RULES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/rules/rule.pb.h"

namespace sn37 {

// The stock closings that ENDS_WITH draws from. None contains a comma or a
// quotation mark.
inline constexpr absl::string_view kClosings[] = {
    "Feel free to ask me more questions.",
    "Is there anything else that you need help with?",
    "I hope that this was useful to you.",
};

// kInvalidArgument naming rule and field when the rule could not be judged: an
// unknown id, a count below 1, keywords without as many counts, no phrase.
absl::Status Validate(const Rule& rule);

// Whether `reply` satisfies `rule` as the rule of `prompt`. Errors: those of
// Validate, and kOutOfRange when a keyword rule has no keyword for `prompt`.
// The reserved STARTS_WITH is satisfied by every reply.
absl::StatusOr<bool> Satisfied(const Rule& rule, int prompt,
                               absl::string_view reply);

// One line that states the rule, without a number before it or a newline.
// Counts are digits; keywords and closings stand in double quotes. Errors: as
// Satisfied, and kInvalidArgument for STARTS_WITH, which is never put.
absl::StatusOr<std::string> RuleLine(const Rule& rule, int prompt);

// Whether a sample may hold both rules. Symmetric; a rule goes with itself.
bool AreCompatible(RuleId a, RuleId b);

}  // namespace sn37

#endif  // SN37_RULES_RULES_H_
