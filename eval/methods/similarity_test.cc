#include "eval/methods/similarity.h"

#include <string>

#include "gtest/gtest.h"
#include "sn37/rules/unicode.h"
#include "sn37/rules/vectors_testing.h"

namespace sn37::eval {
namespace {

TEST(SimilarityTest, EqualToTheReferenceOnItsVectors) {
  const nlohmann::json vectors =
      ReadVectors("eval/methods/testdata/similarity.json");
  EXPECT_EQ(vectors["cases"].size(), 83u);
  for (const auto& c : vectors["cases"]) {
    const double ratio = Similarity(ToCodePoints(c["a"].get<std::string>()),
                                    ToCodePoints(c["b"].get<std::string>()));
    EXPECT_EQ(ratio, c["ratio"].get<double>()) << c;
    EXPECT_EQ(ratio > 0.6, c["duplicate"].get<bool>()) << c;
  }
}

TEST(SimilarityTest, CasesOfTheConformanceList) {
  EXPECT_EQ(Similarity(U"", U""), 1.0);
  EXPECT_EQ(Similarity(U" ", U" "), 1.0);
  EXPECT_EQ(Similarity(U"abc", U"abd"), 2.0 / 3.0);
  EXPECT_EQ(Similarity(U"tide", U"diet"), 0.25);
  EXPECT_EQ(Similarity(U"diet", U"tide"), 0.5);
  EXPECT_EQ(Similarity(U"London", U"The answer"), 0.125);
}

TEST(SimilarityTest, ACharacterOfALongTextIsPopularFromItsFourthOn) {
  // |b| = 200: more than 200 / 100 + 1 = 3 places make a character popular, so
  // that it starts no match.
  std::u32string b;
  for (char32_t i = 0; i < 196; ++i) b += 0x4E00 + i;
  const std::u32string three = U"x" + b + U"xx" + U"z";
  const std::u32string four = U"x" + b + U"xxx";
  EXPECT_GT(Similarity(U"zx", three), 0.0);
  EXPECT_EQ(Similarity(U"zx", four), 0.0);
}

TEST(SimilarityTest, EqualsNeedNotBeAtTheSamePlace) {
  const std::u32string text(8192, U'a');
  EXPECT_EQ(Similarity(text, text), 1.0);
  EXPECT_EQ(Similarity(text, U"b" + text), 0.0);  // popular, and apart
}

}  // namespace
}  // namespace sn37::eval
