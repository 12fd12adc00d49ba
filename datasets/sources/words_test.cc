#include "datasets/sources/words.h"

#include <set>

#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

SourceContext Context(const InputFiles& inputs) {
  return {.config = "some",
          .parameters = nlohmann::json::object(),
          .seed = Digest(),
          .inputs = &inputs};
}

TEST(ReadWords, KeepsCommonWordsOnceInOrder) {
  const InputFiles inputs = {
      {"words",
       {WriteTestFile("a", "zebra\nPeter\nit's\nan\r\nsun\r\n\nna\xefve\n"),
        WriteTestFile("b", "ant\nzebra\nUSA\ntwo words")}}};
  const auto words = ReadWords(Context(inputs), 3);
  ASSERT_TRUE(words.ok()) << words.status();
  EXPECT_THAT(*words, ElementsAre("zebra", "sun", "ant"));
  EXPECT_THAT(ReadWords(Context(inputs), 4).status().message(),
              HasSubstr("has 3 words"));
}

TEST(DrawPlaces, AreDifferentAndUniform) {
  constexpr size_t kSize = 6;
  constexpr int kTrials = 30000;
  int at_first[kSize] = {};
  int in_any[kSize] = {};
  for (int trial = 0; trial < kTrials; ++trial) {
    CounterRandom random(Sha256("seed"), "task", trial);
    const std::vector<size_t> places = DrawPlaces(kSize, 3, random);
    EXPECT_EQ(std::set<size_t>(places.begin(), places.end()).size(), 3);
    ++at_first[places[0]];
    for (size_t place : places) ++in_any[place];
  }
  for (size_t i = 0; i < kSize; ++i) {
    EXPECT_NEAR(at_first[i], kTrials / 6, 300);  // four standard deviations
    EXPECT_NEAR(in_any[i], kTrials / 2, 400);
  }
}

TEST(DrawPlaces, MayDrawAll) {
  CounterRandom random(Sha256("seed"), "task", 0);
  const std::vector<size_t> places = DrawPlaces(20, 20, random);
  EXPECT_EQ(std::set<size_t>(places.begin(), places.end()).size(), 20);
  EXPECT_TRUE(DrawPlaces(20, 0, random).empty());
}

}  // namespace
}  // namespace sn37::datasets
