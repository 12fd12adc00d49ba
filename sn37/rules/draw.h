// Drawing the rules of an instruction-following sample and writing its two
// prompts.
//
//   std::vector<Rule> rules = DrawRules(RulesVersion::kV1, answers, random);
//   WritePrompt(rules, 0, questions[0]);
//
// Everything is drawn from the caller's counter-based generator, so a sample
// depends on its own seed and answers and on nothing else.
#ifndef SN37_RULES_DRAW_H_
#define SN37_RULES_DRAW_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sn37/base/random.h"
#include "sn37/rules/rule.pb.h"

namespace sn37 {

// The sets of rules that tasks name. V1: ids 1 to 7, one to four rules a
// sample. V2: also ids 8 to 11, 13 and 14, two to five rules.
enum class RulesVersion { kV1 = 1, kV2 = 2 };

// Known answers to the two questions of a sample; keywords come from them.
using Answers = std::array<std::string, 2>;

// One rule of kind `id` with drawn fields, valid by Validate. Keywords avoid
// those that the rules in `existing` hold. kInvalidArgument for an id that is
// never drawn (STARTS_WITH, unknown ones).
absl::StatusOr<Rule> DrawRule(RuleId id, const Answers& answers,
                              absl::Span<const Rule> existing,
                              CounterRandom& random);

// The rules of a sample: the version's ids in random order, those that are
// incompatible with a rule already taken left out, until the drawn number is
// reached (or the ids are used up). Drawn again where a keyword that is
// forbidden stands in the closing that is demanded: a reply can satisfy all
// rules of a sample together.
std::vector<Rule> DrawRules(RulesVersion version, const Answers& answers,
                            CounterRandom& random);

// The user message that asks `question` under the rules of prompt `prompt`.
// Errors: as RuleLine.
absl::StatusOr<std::string> WritePrompt(absl::Span<const Rule> rules,
                                        int prompt, absl::string_view question);

}  // namespace sn37

#endif  // SN37_RULES_DRAW_H_
