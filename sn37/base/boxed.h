// The answer of a worked solution: the content of its last \boxed{…}, as TeX
// reads it. Who writes references and who judges replies need the same reading.
#ifndef SN37_BASE_BOXED_H_
#define SN37_BASE_BOXED_H_

#include <optional>

#include "absl/strings/string_view.h"

namespace sn37 {

// What stands in front of the content that LastBoxed returns; "}" follows it.
inline constexpr absl::string_view kBoxOpen = "\\boxed{";

// The content of the \boxed{…} that closes last, unchanged: braces nest, \{ and
// \} are plain characters, a box around another one counts as a whole, and a
// box that is never closed does not count. Absent where there is none. The
// result is a part of `text`. Linear in time and memory; pure.
//
//   LastBoxed("so \\boxed{1}, no: \\boxed{\\frac{1}{2}}.") == "\\frac{1}{2}"
std::optional<absl::string_view> LastBoxed(absl::string_view text);

}  // namespace sn37

#endif  // SN37_BASE_BOXED_H_
