// Text from outside (repository names, model outputs, error messages of other
// programs, file names) made harmless before a person's terminal or browser
// sees it. Pure functions; safe from any thread.
#ifndef SN37_BASE_TEXT_H_
#define SN37_BASE_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sn37 {

// One code point and the bytes that it took.
struct CodePoint {
  char32_t value;
  size_t bytes;
};

// What CodePoint::value is where the bytes are not UTF-8; `bytes` is 1 then.
inline constexpr char32_t kInvalidCodePoint = 0xFFFFFFFF;

// The first code point of `text`. REQUIRES: `text` is not empty.
CodePoint DecodeUtf8(absl::string_view text);

// Whether `text` is well-formed UTF-8: no overlong form, no surrogate, nothing
// above U+10FFFF.
bool IsValidUtf8(absl::string_view text);

// `text` on one line that can neither move the cursor nor reorder its
// surroundings: newline, return and tab become \n \r \t, another control byte
// or a byte that is no UTF-8 becomes \xNN, and a control, bidirectional or
// invisible code point becomes \u{NNNN}. Anything else stays as it is, the
// backslash included, so this is for showing and not for storing.
std::string Printable(absl::string_view text);

// `text` as the content of an HTML element or of a quoted attribute: & < > " '
// become entities, newline and tab stay, and whatever else Printable escapes is
// escaped in the same visible way.
std::string HtmlEscape(absl::string_view text);

// The columns that `text` (already harmless) takes on a terminal: East Asian
// wide characters and emoji count 2, combining marks 0, all others 1.
size_t Columns(absl::string_view text);

// `text` cut so that it takes at most `columns` columns, with "…" as the last
// one where something was cut. Combining marks beyond four on one character are
// dropped, for each takes memory but no column.
std::string Truncate(absl::string_view text, size_t columns);

}  // namespace sn37

#endif  // SN37_BASE_TEXT_H_
