#include "datasets/sources/flat_json.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

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

  bool TakeString(std::string& value) {
    if (!absl::ConsumePrefix(&rest_, "\"")) return false;
    while (true) {
      const size_t plain = PlainPrefix(rest_);
      value.append(rest_.data(), plain);
      rest_.remove_prefix(plain);
      if (Take("\"")) return true;
      if (rest_.size() < 2 || rest_[0] != '\\') return false;
      const char unescaped = Unescaped(rest_[1]);
      if (unescaped == 0) return false;
      value.push_back(unescaped);
      rest_.remove_prefix(2);
    }
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' ||
                              rest_[0] == '\n' || rest_[0] == '\r')) {
      rest_.remove_prefix(1);
    }
  }

  absl::string_view rest_;
};

}  // namespace

std::optional<nlohmann::json> ParseFlatObject(absl::string_view text) {
  if (!IsUtf8(text)) return std::nullopt;
  Cursor cursor(text);
  nlohmann::json object = nlohmann::json::object();
  if (!cursor.Take("{")) return std::nullopt;
  bool more = !cursor.Take("}");
  while (more) {
    std::string key, value;
    if (!cursor.TakeString(key) || !cursor.Take(":") ||
        !cursor.TakeString(value)) {
      return std::nullopt;
    }
    object[std::move(key)] = std::move(value);
    more = cursor.Take(",");
    if (!more && !cursor.Take("}")) return std::nullopt;
  }
  if (!cursor.empty()) return std::nullopt;
  return object;
}

}  // namespace sn37::datasets
