#include "sn37/base/text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sn37 {
namespace {

struct Range {
  char32_t first, last;
};

template <size_t n>
bool In(const Range (&ranges)[n], char32_t c) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

// Code points that move, hide or reorder text, apart from ASCII controls.
constexpr Range kHarmful[] = {
    {0x7F, 0x9F},        // delete and the C1 controls
    {0xAD, 0xAD},        // soft hyphen
    {0x61C, 0x61C},      // Arabic letter mark
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200F},    // zero width, left-to-right and right-to-left marks
    {0x2028, 0x202E},    // line and paragraph ends, bidirectional embedding
    {0x2060, 0x206F},    // invisible operators, bidirectional isolates
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFF9, 0xFFFB},    // interlinear annotation
    {0xE0000, 0xE007F},  // tags
};

constexpr Range kCombining[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},     {0x610, 0x61A},
    {0x64B, 0x65F},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},   {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF},
};

constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD},
};

size_t Width(char32_t c) {
  if (In(kCombining, c)) return 0;
  return In(kWide, c) ? 2 : 1;
}

// The visible form of a code point that must not be shown as it is; empty for
// one that may.
std::string Escaped(CodePoint c, uint8_t first_byte) {
  if (c.value == '\n') return "\\n";
  if (c.value == '\r') return "\\r";
  if (c.value == '\t') return "\\t";
  if (c.value == kInvalidCodePoint || c.value < 0x20 || c.value == 0x7F) {
    return absl::StrFormat("\\x%02x", first_byte);
  }
  if (In(kHarmful, c.value)) {
    return absl::StrFormat("\\u{%x}", static_cast<uint32_t>(c.value));
  }
  return "";
}

}  // namespace

CodePoint DecodeUtf8(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes)
    return {kInvalidCodePoint, 1};
  char32_t value = lead & (0x7F >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {kInvalidCodePoint, 1};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[bytes] || surrogate || value > 0x10FFFF) {
    return {kInvalidCodePoint, 1};
  }
  return {value, bytes};
}

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    if (c.value == kInvalidCodePoint) return false;
    text.remove_prefix(c.bytes);
  }
  return true;
}

std::string Printable(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    const std::string escaped = Escaped(c, text[0]);
    absl::StrAppend(&out, escaped.empty() ? text.substr(0, c.bytes) : escaped);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string HtmlEscape(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    switch (c.value) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
      case '\t':
        out += static_cast<char>(c.value);
        break;
      default: {
        const std::string escaped = Escaped(c, text[0]);
        absl::StrAppend(&out,
                        escaped.empty() ? text.substr(0, c.bytes) : escaped);
      }
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

size_t Columns(absl::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    columns += Width(c.value);
    text.remove_prefix(c.bytes);
  }
  return columns;
}

std::string Truncate(absl::string_view text, size_t columns) {
  constexpr int kMaxMarks = 4;
  const bool fits = Columns(text) <= columns;
  if (!fits && columns == 0) return "";
  const size_t room = fits ? columns : columns - 1;
  std::string out;
  size_t used = 0;
  int marks = 0;
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    const size_t width = Width(c.value);
    if (used + width > room) break;
    marks = width == 0 ? marks + 1 : 0;
    if (marks <= kMaxMarks) absl::StrAppend(&out, text.substr(0, c.bytes));
    used += width;
    text.remove_prefix(c.bytes);
  }
  if (!fits) out += "…";
  return out;
}

}  // namespace sn37
