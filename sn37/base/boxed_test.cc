#include "sn37/base/boxed.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sn37 {
namespace {

TEST(LastBoxedTest, ReadsBoxesAsTexDoes) {
  const struct {
    absl::string_view text;
    std::optional<absl::string_view> content;
  } kCases[] = {
      {"", std::nullopt},
      {"no box", std::nullopt},
      {"\\boxed{42}", "42"},
      {"\\boxed{}", ""},
      {"\\boxed{ 7 } and more", " 7 "},
      {"\\boxed{1}\\boxed{2} 3", "2"},
      {"x \\boxed{\\frac{1}{2}} y", "\\frac{1}{2}"},
      {"\\boxed{a\nb}", "a\nb"},
      {"\\boxed{\\{1, 2\\}}", "\\{1, 2\\}"},
      {"\\boxed{\\}}", "\\}"},
      {"\\boxed{1\\\\}", "1\\\\"},
      // A box around a box is one box, also where only the inner one closes.
      {"\\boxed{\\boxed{1}+1}", "\\boxed{1}+1"},
      {"\\boxed{1} \\boxed{\\boxed{2}", "2"},
      // Boxes that are not closed, braces that have no partner.
      {"\\boxed{1} \\boxed{2", "1"},
      {"\\boxed{", std::nullopt},
      {"\\boxed", std::nullopt},
      {"} \\boxed{1} {", "1"},
      {"{ \\boxed{1}", "1"},
      {"\\boxed{{1}", std::nullopt},
      // Backslashes in front: a line break, and one too many.
      {"\\\\\\boxed{1}", "1"},
      {"\\\\boxed{1}", "1"},
      {"\\{\\boxed{1}\\}", "1"},
      {"\\boxed{1}\\", "1"},
      {"\\Boxed{1} \\boxed {2} boxed{3}", std::nullopt},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(LastBoxed(c.text), c.content) << c.text;
}

TEST(LastBoxedTest, TheResultIsThePartOfTheText) {
  const absl::string_view text = "a \\boxed{b{c}} d";
  const absl::string_view content = LastBoxed(text).value();
  const size_t begin = content.data() - text.data();
  EXPECT_EQ(text.substr(begin - kBoxOpen.size(), kBoxOpen.size()), kBoxOpen);
  EXPECT_EQ(text[begin + content.size()], '}');
}

TEST(LastBoxedTest, AMillionBoxesAreReadInOnePass) {
  std::string text;
  for (int i = 0; i < 1000000; ++i) absl::StrAppend(&text, kBoxOpen);
  EXPECT_EQ(LastBoxed(text), std::nullopt);
  absl::StrAppend(&text, "1}");
  EXPECT_EQ(LastBoxed(text), "1");
}

}  // namespace
}  // namespace sn37
