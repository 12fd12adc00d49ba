#include "datasets/ngrams.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

std::vector<Ngram> NgramsOf(const std::vector<std::string>& pieces) {
  std::vector<Ngram> ngrams;
  NgramStream stream([&](const Ngram& ngram) { ngrams.push_back(ngram); });
  for (const std::string& piece : pieces) stream.Feed(piece);
  stream.Finish();
  return ngrams;
}

std::string Numbers(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) absl::StrAppend(&text, "word", i, " ");
  return text;
}

TEST(NgramStream, HasOneForEveryThirteenWords) {
  EXPECT_EQ(NgramsOf({""}).size(), 0);
  EXPECT_EQ(NgramsOf({Numbers(0, 12)}).size(), 0);
  EXPECT_EQ(NgramsOf({Numbers(0, 13)}).size(), 1);
  const std::vector<Ngram> all = NgramsOf({Numbers(0, 100)});
  ASSERT_EQ(all.size(), 88);
  EXPECT_EQ(std::set<Ngram>(all.begin(), all.end()).size(), 88);
  // What came before does not matter.
  EXPECT_EQ(NgramsOf({Numbers(50, 63)}).front(), all[50]);
}

TEST(NgramStream, LayoutCaseAndPiecesDoNotMatter) {
  const std::string text =
      "The sea is wide. It was there before us, and ships cross it";
  const std::vector<Ngram> ngrams = NgramsOf({text});
  ASSERT_EQ(ngrams.size(), 1);
  EXPECT_EQ(NgramsOf({"the SEA\n  is wide -- it was \"there\" before\tus and "
                      "(ships) cross it!"}),
            ngrams);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(NgramsOf({text.substr(0, cut), text.substr(cut)}), ngrams);
  }
  EXPECT_NE(NgramsOf({"The sea is wide. It was there before us, and boats "
                      "cross it"}),
            ngrams);
  EXPECT_NE(NgramsOf({"sea The is wide. It was there before us, and ships "
                      "cross it"}),
            ngrams);
}

TEST(NgramStream, TextsDoNotRunIntoEachOther) {
  std::vector<Ngram> ngrams;
  NgramStream stream([&](const Ngram& ngram) { ngrams.push_back(ngram); });
  stream.Feed(Numbers(0, 12));
  stream.Finish();
  stream.Feed(Numbers(12, 24));
  stream.Finish();
  EXPECT_TRUE(ngrams.empty());
  stream.Feed(Numbers(0, 13));
  stream.Finish();
  EXPECT_EQ(ngrams, NgramsOf({Numbers(0, 13)}));
}

}  // namespace
}  // namespace sn37::datasets
