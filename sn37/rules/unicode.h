// Characters and case as Python 3 sees them. The instruction-following rules
// are defined by what Python's str methods and regular expressions do; two
// programs that disagree on one character disagree on a score. Properties come
// from utf8proc, with the few that it lacks listed in unicode.cc.
//
//   std::u32string text = ToCodePoints("STRASSE 5");
//   ToUtf8(ToLower(text));  // "strasse 5"
//   IsUpperCase(text);          // true
//
// All functions are pure and safe to call from any thread.
#ifndef SN37_RULES_UNICODE_H_
#define SN37_RULES_UNICODE_H_

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace sn37 {

// Code points of `utf8`. Each byte that belongs to no valid sequence (also:
// surrogates, overlong forms) becomes one U+FFFD, so any input is accepted.
std::u32string ToCodePoints(absl::string_view utf8);

// The inverse on valid code points; others are written as U+FFFD.
std::string ToUtf8(std::u32string_view text);

// One character: Python's str.isspace and \s; \w; \d; str.islower, isupper and
// istitle of a one-character string.
bool IsSpace(char32_t c);
bool IsWordCharacter(char32_t c);
bool IsDigit(char32_t c);
bool IsLower(char32_t c);
bool IsUpper(char32_t c);
bool IsTitle(char32_t c);

// string.punctuation: the 32 ASCII punctuation characters.
bool IsAsciiPunctuation(char32_t c);

// str.lower: full case mapping, final sigma included.
std::u32string ToLower(std::u32string_view text);

// str.isupper and str.islower: at least one cased character and none of the
// other case (title case is neither).
bool IsUpperCase(std::u32string_view text);
bool IsLowerCase(std::u32string_view text);

}  // namespace sn37

#endif  // SN37_RULES_UNICODE_H_
