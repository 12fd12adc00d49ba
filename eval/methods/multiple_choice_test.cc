// Followed: all vectors of the reference (the first matching letter, the
// article "A" included). Mended: nothing.
#include <string>

#include "eval/methods/methods.h"
#include "eval/methods/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/rules/vectors_testing.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const Method& MultipleChoice() { return *FindMethod("multiple_choice"); }

datasets::Sample Question(const std::vector<std::string>& choices,
                          const std::string& answer) {
  datasets::Sample sample;
  sample.mutable_multiple_choice()->set_prompt("Which?");
  for (const std::string& choice : choices) {
    sample.mutable_multiple_choice()->add_choices(choice);
  }
  sample.mutable_multiple_choice()->set_answer(answer);
  return sample;
}

TEST(MultipleChoiceTest, EqualToTheReferenceOnItsVectors) {
  const nlohmann::json vectors =
      ReadVectors("eval/methods/testdata/multiple_choice.json");
  EXPECT_EQ(vectors["cases"].size(), 94u);
  for (const auto& c : vectors["cases"]) {
    JudgedTask task(MultipleChoice());
    for (size_t i = 0; i < c["responses"].size(); ++i) {
      const nlohmann::json& response = c["responses"][i];
      const datasets::Sample sample = Question(c["choices"], c["answers"][i]);
      if (response.is_null()) {
        task.Add(sample, std::nullopt);
      } else {
        task.Add(sample, MakeResponses({TextResponse(response)}));
      }
    }
    EXPECT_EQ(task.Score().raw, c["deviation"].get<double>()) << c;
  }
}

TEST(MultipleChoiceTest, AsksForAShortAnswerToTheRenderedPrompt) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  MethodOptions options = MultipleChoice().defaults;
  options.sequence_length = 100;
  const auto requests =
      MultipleChoice().build(Question({"A", "B"}, "A"), 0, tokenizer, options);
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_TRUE(requests->score.empty());
  ASSERT_EQ(requests->generate.size(), 1u);
  const GenerateRequest& request = requests->generate[0];
  EXPECT_THAT(request.prompt,
              ElementsAreArray(Characters("[user]Which?[assistant]")));
  EXPECT_EQ(request.max_new_tokens, 20);
  EXPECT_EQ(request.min_new_tokens, 0);
  EXPECT_EQ(request.repetition_penalty, 1.1f);
  EXPECT_THAT(request.stop_ids, ElementsAre(kEosId));
}

TEST(MultipleChoiceTest, LongPromptsLoseTheirLeftEnd) {
  const Tokenizer tokenizer = MakeTinyTokenizer({.has_eos = false});
  MethodOptions options = MultipleChoice().defaults;
  options.sequence_length = 13;
  const auto requests =
      MultipleChoice().build(Question({"A", "B"}, "A"), 0, tokenizer, options);
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_THAT(requests->generate[0].prompt,
              ElementsAreArray(Characters("h?[assistant]")));
  EXPECT_TRUE(requests->generate[0].stop_ids.empty());
}

TEST(MultipleChoiceTest, AQuestionWithoutItsAnswerIsOurFault) {
  EXPECT_EQ(MultipleChoice()
                .judge(Question({"A", "B"}, "C"),
                       MakeResponses({TextResponse("A")}), {})
                .status()
                .code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace sn37::eval
