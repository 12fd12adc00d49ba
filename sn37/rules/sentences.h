// Sentence splitting by the Punkt algorithm (Kiss and Strunk, "Unsupervised
// Multilingual Sentence Boundary Detection", 2006) without any trained
// parameters: no abbreviations, collocations or frequent sentence starters.
// Equal to NLTK 3.10's untrained PunktSentenceTokenizer, curly quotes and
// guillemets included.
#ifndef SN37_RULES_SENTENCES_H_
#define SN37_RULES_SENTENCES_H_

#include <string_view>
#include <vector>

namespace sn37 {

// The sentences of `text`, in order, as views into it. White space between
// sentences and at the end belongs to none; a text of white space alone has no
// sentence. Linear in the length of the text.
std::vector<std::u32string_view> SplitSentences(std::u32string_view text);

}  // namespace sn37

#endif  // SN37_RULES_SENTENCES_H_
