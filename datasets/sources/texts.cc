#include "datasets/sources/texts.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr uint64_t kMaxTextBytes = 64 << 20;

absl::StatusOr<TitledText> ParseText(absl::string_view file) {
  if (!IsValidUtf8(file)) {
    return absl::InvalidArgumentError("is not valid UTF-8");
  }
  std::vector<std::string> blocks = {""};
  for (absl::string_view line : absl::StrSplit(file, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) {
      if (!blocks.back().empty()) blocks.emplace_back();
    } else {
      absl::StrAppend(&blocks.back(), blocks.back().empty() ? "" : " ", line);
    }
  }
  if (blocks.back().empty()) blocks.pop_back();
  if (blocks.size() < 2) {
    return absl::InvalidArgumentError(
        "must have a title, an empty line and text");
  }
  return TitledText{.title = std::move(blocks.front()),
                    .paragraphs = {blocks.begin() + 1, blocks.end()}};
}

size_t CountWords(absl::string_view text) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, ' ', absl::SkipEmpty());
  return words.size();
}

// Sentences with the space after them left out.
std::vector<absl::string_view> Sentences(absl::string_view paragraph) {
  std::vector<absl::string_view> sentences;
  size_t begin = 0;
  for (size_t i = 0; i + 1 < paragraph.size(); ++i) {
    const char c = paragraph[i];
    if ((c == '.' || c == '?' || c == '!') && paragraph[i + 1] == ' ') {
      sentences.push_back(paragraph.substr(begin, i + 1 - begin));
      begin = i + 2;
    }
  }
  if (begin < paragraph.size()) sentences.push_back(paragraph.substr(begin));
  return sentences;
}

}  // namespace

absl::StatusOr<std::vector<TitledText>> ReadTexts(
    const SourceContext& context) {
  SN37_ASSIGN_OR_RETURN(std::vector<std::string> files,
                        FindInput(context, "texts"));
  std::vector<TitledText> texts;
  for (const std::string& file : files) {
    SN37_ASSIGN_OR_RETURN(std::string bytes, ReadFile(file, kMaxTextBytes));
    absl::StatusOr<TitledText> text = ParseText(bytes);
    SN37_RETURN_IF_ERROR(Annotate(text.status(), Printable(file)));
    texts.push_back(*std::move(text));
  }
  return texts;
}

std::vector<std::string> CutParagraph(absl::string_view paragraph,
                                      size_t max_words) {
  const size_t words = CountWords(paragraph);
  const size_t pieces = (words + max_words - 1) / max_words;
  std::vector<std::string> cut;
  size_t done = 0;
  for (absl::string_view sentence : Sentences(paragraph)) {
    // Piece k begins with the first sentence whose middle lies beyond k of the
    // equal parts.
    const size_t length = CountWords(sentence);
    if (cut.empty() || (2 * done + length) * pieces > 2 * words * cut.size()) {
      cut.emplace_back(sentence);
    } else {
      absl::StrAppend(&cut.back(), " ", sentence);
    }
    done += length;
  }
  return cut;
}

}  // namespace sn37::datasets
