#include "sn37/competition/python_int.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "sn37/base/text.h"

namespace sn37 {
namespace {

// The digit zero of every script; the digits one to nine follow it.
constexpr char32_t kZeros[] = {
    0x30,    0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,
    0xb66,   0xbe6,   0xc66,   0xce6,   0xd66,   0xde6,   0xe50,   0xed0,
    0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,  0x1946,  0x19d0,  0x1a80,
    0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,  0xa900,
    0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0,
    0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0,
    0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0,
    0x1e950, 0x1fbf0,
};

std::optional<int> DigitValue(char32_t c) {
  const auto after = std::upper_bound(std::begin(kZeros), std::end(kZeros), c);
  if (after == std::begin(kZeros)) return std::nullopt;
  const char32_t value = c - *std::prev(after);
  if (value > 9) return std::nullopt;
  return static_cast<int>(value);
}

bool IsSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 ||
         c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::u32string Stripped(absl::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    if (!out.empty() || !IsSpace(c.value)) out += c.value;
    text.remove_prefix(c.bytes);
  }
  while (!out.empty() && IsSpace(out.back())) out.pop_back();
  return out;
}

}  // namespace

std::optional<int64_t> ParsePythonInt(absl::string_view text) {
  std::u32string rest = Stripped(text);
  const bool negative = !rest.empty() && rest[0] == U'-';
  if (negative || (!rest.empty() && rest[0] == U'+')) rest.erase(0, 1);
  int64_t value = 0;
  bool after_digit = false;
  for (const char32_t c : rest) {
    if (c == U'_' && after_digit) {
      after_digit = false;
      continue;
    }
    const std::optional<int> digit = DigitValue(c);
    if (!digit) return std::nullopt;
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, *digit, &value)) {
      return std::nullopt;
    }
    after_digit = true;
  }
  if (!after_digit) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace sn37
