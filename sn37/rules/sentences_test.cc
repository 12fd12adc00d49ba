#include "sn37/rules/sentences.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sn37/rules/unicode.h"
#include "sn37/rules/vectors_testing.h"

namespace sn37 {
namespace {

std::vector<std::string> Sentences(const std::string& text) {
  const std::u32string decoded = ToCodePoints(text);
  std::vector<std::string> sentences;
  for (std::u32string_view sentence : SplitSentences(decoded)) {
    sentences.push_back(ToUtf8(sentence));
  }
  return sentences;
}

void ExpectVectors(const std::string& path, size_t cases) {
  const nlohmann::json vectors = ReadVectors(path);
  EXPECT_EQ(vectors["cases"].size(), cases);
  for (const auto& c : vectors["cases"]) {
    EXPECT_EQ(Sentences(c["text"]),
              c["sentences"].get<std::vector<std::string>>())
        << c["text"];
  }
}

TEST(SentencesTest, EqualToTheReferenceOnItsVectors) {
  ExpectVectors("sn37/rules/testdata/punkt_untrained.json", 112);
}

TEST(SentencesTest, EqualToTheReferenceOnRandomTexts) {
  ExpectVectors("sn37/rules/testdata/punkt_random.json", 1500);
}

TEST(SentencesTest, CountsOfTheConformanceList) {
  const struct {
    size_t count;
    std::vector<std::string> texts;
  } kCases[] = {
      {0, {"", "   ", "\n\n"}},
      {1,
       {"Hello", "Hello.", "Hello.World", "Hello!World", "Hello...",
        "Hello... World", "A. B. C.", "J. Smith came.", "He is 5. the end",
        "Total 3.50. next", "Line one\nLine two", "* a\n* b", "a.\nb.\nc.",
        "日本語。次の文。", "Vitamin C. Then", "wait .. what"}},
      {2,
       {"Hello. World", "Hello. world", "He is 5. The end", "U.S. Government",
        "e.g. this", "Dr. who", "What?! No.", "\"A.\" \"B.\"",
        "end.\n\nNew para", "Yes;no: ok. X", "x y. 4 cats", "no.(see x) Done",
        "1) one. 2) two.", "Wait... (ok) fine. Bye"}},
      {3,
       {"1. Item one\n2. Item two", "Mr. Smith went. Ok", "Hi (ok.) there. Bye",
        "Is it? (Yes.) Fine.", "See fig. 3. Next", "A.I. is here. Ok",
        "He left. \"Why?\" she asked."}},
      {4, {"Hello. . . World"}},
  };
  for (const auto& c : kCases) {
    for (const std::string& text : c.texts) {
      EXPECT_EQ(Sentences(text).size(), c.count) << text;
    }
  }
  EXPECT_EQ(Sentences("Hi (ok.) there. Bye")[0], "Hi (ok.)");
}

TEST(SentencesTest, HostileTextsTakeLinearTime) {
  const char* kParts[] = {".",  "!",  ". ",  ".\u00A0", "-",
                          ",-", "a.", "\" ", " . .",    ")"};
  for (const char* part : kParts) {
    std::u32string text;
    for (int i = 0; i < 200000; ++i) text += ToCodePoints(part);
    EXPECT_LE(SplitSentences(text).size(), text.size()) << part;
  }
}

}  // namespace
}  // namespace sn37
