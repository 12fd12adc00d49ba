#include "datasets/sources/flat_json.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/strip.h"
#include "datasets/utf8.h"

namespace sn37::datasets {
namespace {

// Bytes that stand for themselves within a string.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain = {};
  for (int c = 0x20; c < 256; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

// How many bytes at the begin of a text are plain. Eight at a time: in a word
// from which a constant was subtracted byte by byte, the high bits show the
// bytes that were smaller, up to the first of them at least.
size_t PlainPrefix(absl::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  size_t plain = 0;
  for (; plain + sizeof(uint64_t) <= text.size(); plain += sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, text.data() + plain, sizeof(word));
    const uint64_t quotes = word ^ (kOnes * '"');
    const uint64_t slashes = word ^ (kOnes * '\\');
    const uint64_t special = ((quotes - kOnes) & ~quotes) |
                             ((slashes - kOnes) & ~slashes) |
                             ((word - kOnes * 0x20) & ~word);
    if ((special & kHighs) != 0) break;
  }
  while (plain < text.size() && kPlain[static_cast<uint8_t>(text[plain])]) {
    ++plain;
  }
  return plain;
}

// What follows a backslash; 0 for what is left to ParseJson.
char Unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// The rest of a text that is taken from its front.
class Cursor {
 public:
  explicit Cursor(absl::string_view rest) : rest_(rest) { SkipSpace(); }

  bool empty() const { return rest_.empty(); }

  bool Take(absl::string_view mark) {
    if (!absl::ConsumePrefix(&rest_, mark)) return false;
    SkipSpace();
    return true;
  }

  // `value` is borrowed from the text or, where it has escapes, from
  // `unescaped`.
  bool TakeString(absl::string_view& value,
                  std::deque<std::string>& unescaped) {
    if (!absl::ConsumePrefix(&rest_, "\"")) return false;
    const size_t plain = PlainPrefix(rest_);
    value = rest_.substr(0, plain);
    rest_.remove_prefix(plain);
    if (Take("\"")) return true;
    std::string& text = unescaped.emplace_back(value);
    if (!TakeEscapes(text)) return false;
    value = text;
    return true;
  }

 private:
  // The rest of a string, from an escape on.
  bool TakeEscapes(std::string& text) {
    while (!Take("\"")) {
      if (rest_.size() < 2 || rest_[0] != '\\') return false;
      const char unescaped = Unescaped(rest_[1]);
      if (unescaped == 0) return false;
      text.push_back(unescaped);
      rest_.remove_prefix(2);
      const size_t plain = PlainPrefix(rest_);
      text.append(rest_.data(), plain);
      rest_.remove_prefix(plain);
    }
    return true;
  }

  void SkipSpace() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' ||
                              rest_[0] == '\n' || rest_[0] == '\r')) {
      rest_.remove_prefix(1);
    }
  }

  absl::string_view rest_;
};

}  // namespace

const FlatRecord* FlatJsonReader::Read(absl::string_view text) {
  record_.clear();
  unescaped_.clear();
  if (!IsUtf8(text)) return nullptr;
  Cursor cursor(text);
  if (!cursor.Take("{")) return nullptr;
  bool more = !cursor.Take("}");
  while (more) {
    auto& [key, value] = record_.emplace_back();
    if (!cursor.TakeString(key, unescaped_) || !cursor.Take(":") ||
        !cursor.TakeString(value, unescaped_)) {
      return nullptr;
    }
    more = cursor.Take(",");
    if (!more && !cursor.Take("}")) return nullptr;
  }
  return cursor.empty() ? &record_ : nullptr;
}

}  // namespace sn37::datasets
