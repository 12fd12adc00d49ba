#include "chain/codec/name.h"

#include <cstddef>

#include "absl/strings/ascii.h"

namespace sn37::chain {

bool SameName(absl::string_view a, absl::string_view b) {
  const auto skip = [](absl::string_view text, size_t i) {
    while (i < text.size() && text[i] == '_') ++i;
    return i;
  };
  size_t i = skip(a, 0), j = skip(b, 0);
  while (i < a.size() && j < b.size() &&
         absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j])) {
    i = skip(a, i + 1);
    j = skip(b, j + 1);
  }
  return i == a.size() && j == b.size();
}

}  // namespace sn37::chain
