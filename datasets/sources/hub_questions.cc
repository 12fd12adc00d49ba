#include "datasets/sources/hub_questions.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"

namespace sn37::datasets {
namespace {

// White space as Unicode and Python have it, which RE2's \s has not.
constexpr absl::string_view kSpace =
    R"([\s\x0b\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029})"
    R"(\x{202f}\x{205f}\x{3000}])";
constexpr absl::string_view kMarker = "[Input Question]";

const RE2& Pattern() {
  static const auto* const kPattern = [] {
    std::string pattern = "(.*)";
    for (const absl::string_view letter : {"A", "B", "C", "D"}) {
      absl::StrAppend(&pattern, kSpace, "+", letter, R"(\.)", kSpace, "(.*)");
    }
    return new RE2(pattern);
  }();
  return *kPattern;
}

}  // namespace

std::optional<AnsweredQuestion> ParseQuestion(absl::string_view prompt,
                                              absl::string_view letter) {
  if (letter.size() != 1 || letter[0] < 'A' || letter[0] > 'D') {
    return std::nullopt;
  }
  re2::StringPiece rest(prompt.data(), prompt.size());
  std::string question, found;
  std::string options[4];
  bool any = false;
  while (RE2::FindAndConsume(&rest, Pattern(), &found, &options[0], &options[1],
                             &options[2], &options[3])) {
    any = true;
    question = found;
  }
  if (!any) return std::nullopt;
  absl::string_view text = question;
  if (absl::ConsumePrefix(&text, kMarker)) {
    text = absl::StripLeadingAsciiWhitespace(text);
  }
  return AnsweredQuestion{std::string(text), options[letter[0] - 'A']};
}

}  // namespace sn37::datasets
