#include "sn37/base/text.h"

#include <string>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

TEST(TextTest, ValidUtf8IsWhatUnicodeDefines) {
  const struct {
    std::string text;
    bool valid;
  } kCases[] = {
      {"", true},
      {"plain", true},
      {"日本語 ü 😀", true},
      {"\xF4\x8F\xBF\xBF", true},   // U+10FFFF
      {"\xF4\x90\x80\x80", false},  // above it
      {"\xC0\xAF", false},          // overlong
      {"\xE0\x80\xAF", false},      // overlong
      {"\xED\xA0\x80", false},      // surrogate
      {"\x80", false},              // continuation without lead
      {"ab\xE2\x82", false},        // cut short
      {"\xFF", false},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(IsValidUtf8(c.text), c.valid) << c.text;
}

TEST(TextTest, DecodingTakesOneCodePointOrOneBadByte) {
  const struct {
    std::string text;
    char32_t value;
    size_t bytes;
  } kCases[] = {
      {"ab", 'a', 1},
      {"éx", 0xE9, 2},
      {"語", 0x8A9E, 3},
      {"😀", 0x1F600, 4},
      {"\xE2\x82", kInvalidCodePoint, 1},
      {"\xFFx", kInvalidCodePoint, 1},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(DecodeUtf8(c.text).value, c.value);
    EXPECT_EQ(DecodeUtf8(c.text).bytes, c.bytes);
  }
}

TEST(TextTest, PrintableMakesEveryControlVisible) {
  const struct {
    std::string text, shown;
  } kCases[] = {
      {"model-1.0_x", "model-1.0_x"},
      {"日本 é 😀", "日本 é 😀"},
      {"a\nb\tc\r", "a\\nb\\tc\\r"},
      {"\x1b[31mred", "\\x1b[31mred"},
      {std::string("nul\0!", 5), "nul\\x00!"},
      {"\x7f", "\\x7f"},
      {"\xc2\x9b"
       "31m",
       "\\u{9b}31m"},  // the one-byte form of ESC [
      {"abc\xe2\x80\xaetxt", "abc\\u{202e}txt"},
      {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"a\xe2\x82", "a\\xe2\\x82"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Printable(c.text), c.shown);
}

TEST(TextTest, PrintableOfAnyBytesIsValidUtf8WithoutControls) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string shown = Printable(
          std::string{static_cast<char>(a), static_cast<char>(b), 'x'});
      ASSERT_TRUE(IsValidUtf8(shown)) << a << " " << b;
      for (char c : shown) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
      ASSERT_EQ(shown.find('\x7f'), std::string::npos);
    }
  }
}

TEST(TextTest, HtmlEscapeLeavesNoMarkup) {
  EXPECT_EQ(HtmlEscape("<script>alert('x')</script> & \"q\""),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; "
            "&quot;q&quot;");
  EXPECT_EQ(HtmlEscape("two\nlines\tof\x1b text\xff"),
            "two\nlines\tof\\x1b text\\xff");
  EXPECT_EQ(HtmlEscape("\xe2\x80\xae"), "\\u{202e}");
}

TEST(TextTest, TruncateCountsColumnsAndNeverSplitsACharacter) {
  const struct {
    std::string text;
    size_t columns;
    std::string cut;
  } kCases[] = {
      {"hello", 5, "hello"},
      {"hello", 4, "hel…"},
      {"hello", 1, "…"},
      {"hello", 0, ""},
      {"日本語", 6, "日本語"},
      {"日本語", 5, "日本…"},
      {"日本語", 4, "日…"},
      {"e\u0301te", 3, "e\u0301te"},
      {"", 0, ""},
  };
  for (const auto& c : kCases) EXPECT_EQ(Truncate(c.text, c.columns), c.cut);
}

TEST(TextTest, TruncateDropsAPileOfCombiningMarks) {
  std::string pile = "e";
  for (int i = 0; i < 100; ++i) pile += "\u0301";
  EXPECT_EQ(Columns(pile), 1u);
  EXPECT_EQ(Truncate(pile, 10).size(), 1u + 4 * 2);
}

}  // namespace
}  // namespace sn37
