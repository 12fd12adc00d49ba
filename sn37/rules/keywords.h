// Which word of an answer a keyword rule asks for: a content word, told from
// function words (articles, pronouns, prepositions, auxiliaries …) by a list.
#ifndef SN37_RULES_KEYWORDS_H_
#define SN37_RULES_KEYWORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sn37/base/random.h"

namespace sn37 {

// One of the words (sn37/rules/words.h) of `answer`, as it is written there and
// drawn evenly with multiplicity, from the first of these that is not empty:
// its content words of more than two characters; all its words; the words
// "answer", "question", "response". Words whose lower-case form is among
// `taken` (lower case too) are left out; only when even the last three are all
// taken is one of them drawn again.
std::string ChooseKeyword(absl::string_view answer,
                          const std::vector<std::string>& taken,
                          CounterRandom& random);

}  // namespace sn37

#endif  // SN37_RULES_KEYWORDS_H_
