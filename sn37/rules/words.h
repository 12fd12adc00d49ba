// Words, pieces and lines of a text as the instruction-following rules count
// them (Python's str.split, str.splitlines and string.punctuation).
#ifndef SN37_RULES_WORDS_H_
#define SN37_RULES_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

namespace sn37 {

// Maximal runs without white space, in order; views into `text`.
std::vector<std::u32string_view> SplitPieces(std::u32string_view text);

// Pieces of the text after its ASCII punctuation is deleted: "it's" is "its",
// "a-b" is "ab", "!!!" is no word.
std::vector<std::u32string> Words(std::u32string_view text);

// Lines without their ends, as str.splitlines cuts them: at \n, \r, \r\n, \v,
// \f, U+1C to U+1E, U+85, U+2028 and U+2029. A final line end opens no further
// line. Views into `text`.
std::vector<std::u32string_view> SplitLines(std::u32string_view text);

}  // namespace sn37

#endif  // SN37_RULES_WORDS_H_
