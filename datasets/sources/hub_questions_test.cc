// testdata/mmlu_parser.json holds what the reference subnet's parser gives.
#include "datasets/sources/hub_questions.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::datasets {
namespace {

TEST(ParseQuestion, EqualsTheReferenceOnEveryVector) {
  const auto text =
      ReadFile("datasets/sources/testdata/mmlu_parser.json", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status();
  const nlohmann::json cases = ParseJson(*text, {}).value()["cases"];
  ASSERT_EQ(cases.size(), 48);
  for (const nlohmann::json& c : cases) {
    const auto parsed = ParseQuestion(c["prompt"].get<std::string>(),
                                      c["answer"].get<std::string>());
    ASSERT_EQ(parsed.has_value(), !c["result"].is_null()) << c;
    if (!parsed.has_value()) continue;
    EXPECT_EQ(parsed->question, c["result"][0]) << c;
    EXPECT_EQ(parsed->answer, c["result"][1]) << c;
  }
}

TEST(ParseQuestion, TheLastPlaceCountsAndTheMarkerDoesNot) {
  constexpr absl::string_view kPrompt =
      "[Example 1]\nWhat is 1+1?\n\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer: B\n\n"
      "[Input Question]\nWhat is 2+2?\n\nA. 3\nB. 4\nC. 5\nD. 6\nAnswer:";
  EXPECT_EQ(ParseQuestion(kPrompt, "A")->question, "What is 2+2?");
  EXPECT_EQ(ParseQuestion(kPrompt, "A")->answer, "3");
  EXPECT_EQ(
      ParseQuestion("[Input Question] Q? A. a B. b C. c D. d", "B")->question,
      "Q?");
}

TEST(ParseQuestion, LongTextsTakeLinearTime) {
  std::string prompt;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&prompt, " A. B. C. x\n");
  EXPECT_FALSE(ParseQuestion(prompt, "A").has_value());
}

}  // namespace
}  // namespace sn37::datasets
