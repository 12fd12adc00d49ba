#include "sn37/base/boxed.h"

#include <cstddef>
#include <vector>

#include "absl/strings/match.h"

namespace sn37 {

std::optional<absl::string_view> LastBoxed(absl::string_view text) {
  // Where the content of each brace that is open begins; 0 for one that opens
  // no box, which no box can begin at.
  std::vector<size_t> open;
  std::optional<absl::string_view> last;
  const auto box_at = [&](size_t i) {
    return absl::StartsWith(text.substr(i), kBoxOpen);
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (box_at(i)) {
      i += kBoxOpen.size() - 1;
      open.push_back(i + 1);
    } else if (text[i] == '\\') {
      if (!box_at(i + 1)) ++i;  // \{, \}, \\ and the like
    } else if (text[i] == '{') {
      open.push_back(0);
    } else if (text[i] == '}' && !open.empty()) {
      if (open.back() != 0) last = text.substr(open.back(), i - open.back());
      open.pop_back();
    }
  }
  return last;
}

}  // namespace sn37
