#include <string>
#include <vector>

#include "eval/methods/methods.h"
#include "eval/methods/testing.h"
#include "eval/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const Method& ChoiceLikelihood() { return *FindMethod("choice_likelihood"); }

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

TEST(ChoiceLikelihoodTest, ScoresEveryChoiceAsAReplyToTheQuestion) {
  const auto requests =
      ChoiceLikelihood().build(Question({"A", "the other", "C"}, "C"), 0,
                               MakeTinyTokenizer(), {.sequence_length = 100});
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->score.size(), 3u);
  EXPECT_THAT(requests->score[1].tokens,
              ElementsAreArray(Characters("[user]Which?[assistant]the other")));
  EXPECT_EQ(requests->score[1].score_from, 23);
  EXPECT_THAT(requests->scored_bytes, ElementsAre(1, 9, 1));
}

TEST(ChoiceLikelihoodTest, RightIfTheAnswerIsTheLikeliestPerByte) {
  JudgedTask task(ChoiceLikelihood());
  // Per byte -1 and -2, though the whole answer is the less likely one.
  task.Add(Question({"B", "long"}, "long"),
           MakeResponses({LossResponse(1, -2, 1), LossResponse(1, -4, 4)}));
  task.Add(Question({"B", "long"}, "B"),
           MakeResponses({LossResponse(1, -2, 1), LossResponse(1, -4, 4)}));
  task.Add(Question({"B", "long"}, "B"), std::nullopt);
  EXPECT_EQ(task.Score().raw, 2.0 / 3.0);
}

TEST(ChoiceLikelihoodTest, AChoiceThatTheTokenizerLosesIsTheModelsFault) {
  const absl::Status status =
      ChoiceLikelihood()
          .build(Question({"caf\u00e9", "tea"}, "tea"), 0, MakeTinyTokenizer(),
                 {.sequence_length = 100})
          .status();
  EXPECT_TRUE(IsModelFault(status)) << status;
}

TEST(ChoiceLikelihoodTest, AQuestionWithoutItsAnswerIsOurFault) {
  for (const datasets::Sample& sample :
       {Question({"A", "B"}, "C"), Question({"A"}, "A")}) {
    EXPECT_EQ(ChoiceLikelihood().judge(sample, {}, {}).status().code(),
              absl::StatusCode::kInternal);
  }
}

}  // namespace
}  // namespace sn37::eval
