#include "datasets/sources/texts.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

absl::StatusOr<std::vector<TitledText>> Read(absl::string_view file) {
  const InputFiles inputs = {{"texts", {WriteTestFile("text.txt", file)}}};
  return ReadTexts({.config = "some",
                    .parameters = nlohmann::json::object(),
                    .seed = Digest(),
                    .inputs = &inputs});
}

TEST(ReadTexts, JoinsTheLinesOfAParagraph) {
  const auto texts =
      Read("the sea\n\nIt is\nwide.  \n\n\nAnd deep.\r\nVery.\n");
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_EQ(texts->size(), 1);
  EXPECT_EQ((*texts)[0].title, "the sea");
  EXPECT_THAT((*texts)[0].paragraphs,
              ElementsAre("It is wide.", "And deep. Very."));
}

TEST(ReadTexts, NamesTheFileThatHasNoText) {
  for (absl::string_view file : {"", "\n\n", "title only\n", "a\xff\n\nb"}) {
    EXPECT_THAT(Read(file).status().message(), HasSubstr("text.txt: "));
  }
}

TEST(CutParagraph, CutsEvenlyAfterSentences) {
  const struct {
    absl::string_view paragraph;
    size_t max_words;
    std::vector<std::string> pieces;
  } kCases[] = {
      {"One two. Three four? Five six!", 6, {"One two. Three four? Five six!"}},
      {"One two. Three four? Five six!",
       2,
       {"One two.", "Three four?", "Five six!"}},
      {"One two. Three four. Five six. Seven.",
       5,
       {"One two. Three four.", "Five six. Seven."}},
      // A sentence is never cut, and "3.5" ends none.
      {"There are 3.5 of them in here", 2, {"There are 3.5 of them in here"}},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(CutParagraph(test.paragraph, test.max_words), test.pieces);
  }
}

TEST(CutParagraph, LosesNothing) {
  const std::string paragraph =
      "It rains. Does it? It does, all day! Then the sun comes out. Good.";
  for (size_t max_words = 1; max_words < 20; ++max_words) {
    EXPECT_EQ(absl::StrJoin(CutParagraph(paragraph, max_words), " "),
              paragraph);
  }
}

}  // namespace
}  // namespace sn37::datasets
