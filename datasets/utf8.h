// Whether long text is UTF-8, quickly where it is ASCII, as most is.
#ifndef SN37_DATASETS_UTF8_H_
#define SN37_DATASETS_UTF8_H_

#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"
#include "sn37/base/text.h"

namespace sn37::datasets {

// IsValidUtf8(text), eight bytes at a time while they are ASCII.
inline bool IsUtf8(absl::string_view text) {
  uint64_t word;
  while (text.size() >= sizeof(word)) {
    std::memcpy(&word, text.data(), sizeof(word));
    if ((word & 0x8080808080808080) != 0) break;
    text.remove_prefix(sizeof(word));
  }
  return IsValidUtf8(text);
}

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_UTF8_H_
