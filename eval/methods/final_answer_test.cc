#include <string>

#include "eval/methods/methods.h"
#include "eval/methods/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const Method& FinalAnswerMethod() { return *FindMethod("final_answer"); }

datasets::Sample Question(const std::string& answer) {
  datasets::Sample sample;
  sample.mutable_final_answer()->set_system("S");
  sample.mutable_final_answer()->set_prompt("What is half?");
  sample.mutable_final_answer()->set_answer(answer);
  sample.mutable_final_answer()->set_form(datasets::FinalAnswer::NUMBER);
  return sample;
}

TEST(FinalAnswerTest, AsksForALongAnswerToTheRenderedConversation) {
  MethodOptions options = FinalAnswerMethod().defaults;
  options.sequence_length = 23;
  const auto requests = FinalAnswerMethod().build(Question("0.5"), 0,
                                                  MakeTinyTokenizer(), options);
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_TRUE(requests->score.empty());
  ASSERT_EQ(requests->generate.size(), 1u);
  EXPECT_THAT(requests->generate[0].prompt,
              ElementsAreArray(Characters("hat is half?[assistant]")));
  EXPECT_EQ(requests->generate[0].max_new_tokens, 1024);
  EXPECT_EQ(requests->generate[0].repetition_penalty, 1.0f);
}

TEST(FinalAnswerTest, TheAnswerThatWasFoundIsKept) {
  const struct {
    const char* text;
    double item;
    const char* answer;
  } kCases[] = {
      {"It is \\boxed{\\frac{1}{2}}.", 0, "\\frac{1}{2}"},
      {"{\"answer\": 0.50}", 0, "0.50"},
      {"It is \\boxed{2}.", 1, "2"},
      {"It is 0.5.", 1, ""},
  };
  for (const auto& c : kCases) {
    const auto score = FinalAnswerMethod().judge(
        Question("0.5"), MakeResponses({TextResponse(c.text)}), {});
    ASSERT_TRUE(score.ok()) << score.status();
    EXPECT_THAT(score->items(), ElementsAre(c.item)) << c.text;
    EXPECT_EQ(score->answer(), c.answer);
  }
}

}  // namespace
}  // namespace sn37::eval
