#include "sn37/rules/words.h"

#include <algorithm>

#include "sn37/rules/unicode.h"

namespace sn37 {
namespace {

bool IsLineEnd(char32_t c) {
  return (c >= 0xA && c <= 0xD) || (c >= 0x1C && c <= 0x1E) || c == 0x85 ||
         c == 0x2028 || c == 0x2029;
}

}  // namespace

std::vector<std::u32string_view> SplitPieces(std::u32string_view text) {
  std::vector<std::u32string_view> pieces;
  auto begin = text.begin();
  while (true) {
    begin = std::find_if_not(begin, text.end(), IsSpace);
    if (begin == text.end()) return pieces;
    const auto end = std::find_if(begin, text.end(), IsSpace);
    pieces.push_back(text.substr(begin - text.begin(), end - begin));
    begin = end;
  }
}

std::vector<std::u32string> Words(std::u32string_view text) {
  std::u32string bare(text);
  bare.erase(std::remove_if(bare.begin(), bare.end(), IsAsciiPunctuation),
             bare.end());
  std::vector<std::u32string> words;
  for (std::u32string_view piece : SplitPieces(bare)) words.emplace_back(piece);
  return words;
}

std::vector<std::u32string_view> SplitLines(std::u32string_view text) {
  std::vector<std::u32string_view> lines;
  while (!text.empty()) {
    const size_t length =
        std::find_if(text.begin(), text.end(), IsLineEnd) - text.begin();
    lines.push_back(text.substr(0, length));
    const size_t end = text.substr(length, 2) == U"\r\n" ? 2 : 1;
    text.remove_prefix(std::min(length + end, text.size()));
  }
  return lines;
}

}  // namespace sn37
