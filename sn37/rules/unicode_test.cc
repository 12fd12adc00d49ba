#include "sn37/rules/unicode.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sn37/rules/vectors_testing.h"
#include "sn37/rules/words.h"

namespace sn37 {
namespace {

// Code points for which a property of CPython holds.
std::vector<bool> Members(const nlohmann::json& ranges) {
  std::vector<bool> members(0x110000, false);
  for (const auto& range : ranges) {
    for (int c = range[0]; c <= range[1]; ++c) members[c] = true;
  }
  return members;
}

const nlohmann::json& Python() {
  static const auto& python = *new nlohmann::json(
      ReadVectors("sn37/rules/testdata/python_unicode.json"));
  return python;
}

// Compares `holds` with CPython's property on every character that its Unicode
// version knows (utf8proc's is newer).
void ExpectProperty(const char* name, bool (*holds)(char32_t)) {
  const std::vector<bool> expected = Members(Python()[name]);
  const std::vector<bool> assigned = Members(Python()["assigned"]);
  int checked = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (!assigned[c]) continue;
    ++checked;
    ASSERT_EQ(holds(c), expected[c])
        << name << " U+" << std::hex << uint32_t{c};
  }
  EXPECT_GT(checked, 140000);
}

TEST(UnicodeTest, PropertiesAreThoseOfPython) {
  ExpectProperty("space", IsSpace);
  ExpectProperty("word", IsWordCharacter);
  ExpectProperty("digit", IsDigit);
  ExpectProperty("lower", IsLower);
  ExpectProperty("upper", IsUpper);
  ExpectProperty("title", IsTitle);
}

TEST(UnicodeTest, LowerCaseIsThatOfPython) {
  std::vector<char32_t> expected(0x110000);
  for (char32_t c = 0; c < 0x110000; ++c) expected[c] = c;
  for (const auto& run : Python()["lower_case"]) {
    for (int c = run[0]; c <= run[1]; ++c) expected[c] = c + int{run[2]};
  }
  const std::vector<bool> assigned = Members(Python()["assigned"]);
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (!assigned[c] || c == 0x130) continue;
    ASSERT_EQ(ToLower(std::u32string(1, c)), std::u32string(1, expected[c]))
        << "U+" << std::hex << uint32_t{c};
  }
  EXPECT_EQ(ToLower(U"\u0130"), U"i\u0307");
}

TEST(UnicodeTest, FinalSigmaLooksThroughWhatPythonLooksThrough) {
  ExpectProperty("final_sigma_after", [](char32_t c) {
    return ToLower(U"A" + std::u32string(1, c) + U"Σ").back() == U'ς';
  });
  ExpectProperty("final_sigma_before", [](char32_t c) {
    return ToLower(U"AΣ" + std::u32string(1, c) + U"A")[1] == U'ς';
  });
  EXPECT_EQ(ToUtf8(ToLower(ToCodePoints("ΟΔΟΣ. Σ"))), "οδος. σ");
}

TEST(UnicodeTest, CaseOfATextNeedsACasedCharacter) {
  const struct {
    const char* text;
    bool upper;
    bool lower;
  } kCases[] = {
      {"", false, false},   {"123", false, false}, {"A1", true, false},
      {"a1", false, true},  {"ß", false, true},    {"日本語 A", true, false},
      {"Aa", false, false}, {"Ⅷ", true, false},    {"ª", false, true},
      {"ǅ", false, false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(IsUpperCase(ToCodePoints(c.text)), c.upper) << c.text;
    EXPECT_EQ(IsLowerCase(ToCodePoints(c.text)), c.lower) << c.text;
  }
}

TEST(UnicodeTest, EveryByteStringIsAText) {
  EXPECT_EQ(ToCodePoints("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), U"aé€😀");
  EXPECT_EQ(ToCodePoints("\xFFz"), U"\uFFFDz");
  EXPECT_EQ(ToCodePoints("\xC0\x80"), U"\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(ToCodePoints("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD");  // surrogate
  EXPECT_EQ(ToCodePoints("\xE2\x82"), U"\uFFFD\uFFFD");            // cut short
  EXPECT_EQ(ToCodePoints(absl::string_view("\0a", 2)).size(), 2u);
  EXPECT_EQ(ToUtf8(std::u32string(1, char32_t{0x110000})), "\xEF\xBF\xBD");
  EXPECT_EQ(ToUtf8(ToCodePoints("aé€😀")), "aé€😀");
}

TEST(UnicodeTest, AsciiPunctuationHas32Characters) {
  std::u32string found;
  for (char32_t c = 0; c < 0x300; ++c) {
    if (IsAsciiPunctuation(c)) found += c;
  }
  EXPECT_EQ(found, U"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
}

// ---- words.h ----------------------------------------------------------------

TEST(WordsTest, WordsAreBareOfPunctuation) {
  using Expected = std::vector<std::u32string>;
  EXPECT_EQ(Words(U"Hello, world!"), (Expected{U"Hello", U"world"}));
  EXPECT_EQ(Words(U"A full stop."), (Expected{U"A", U"full", U"stop"}));
  EXPECT_EQ(Words(U"no marks"), (Expected{U"no", U"marks"}));
  EXPECT_EQ(Words(U""), Expected{});
  EXPECT_EQ(Words(U"  several   spaces "), (Expected{U"several", U"spaces"}));
  EXPECT_EQ(Words(U"it's a-b “c”"), (Expected{U"its", U"ab", U"“c”"}));
}

TEST(WordsTest, LinesEndWherePythonEndsThem) {
  const std::vector<bool> expected = Members(Python()["line_end"]);
  for (char32_t c = 0; c < 0x110000; ++c) {
    const std::u32string text = U"a" + std::u32string(1, c) + U"b";
    ASSERT_EQ(SplitLines(text).size(), expected[c] ? 2u : 1u)
        << "U+" << std::hex << uint32_t{c};
  }
  using Expected = std::vector<std::u32string_view>;
  EXPECT_EQ(SplitLines(U"a\r\nb\r\n"), (Expected{U"a", U"b"}));
  EXPECT_EQ(SplitLines(U"a\n\rb"), (Expected{U"a", U"", U"b"}));
  EXPECT_EQ(SplitLines(U""), Expected{});
}

}  // namespace
}  // namespace sn37
