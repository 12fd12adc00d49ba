// Mended: at most one BOS and none counted, float64 sums of float32
// log-probabilities, a failed sample does not stop the others.
#include <cmath>
#include <string>

#include "eval/methods/methods.h"
#include "eval/methods/response.h"
#include "eval/methods/testing.h"
#include "eval/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const Method& ReferenceLoss() { return *FindMethod("reference_loss"); }

datasets::Sample Dialogue(const std::string& system, const std::string& prompt,
                          const std::string& reference) {
  datasets::Sample sample;
  sample.mutable_reference()->set_system(system);
  sample.mutable_reference()->set_prompt(prompt);
  sample.mutable_reference()->set_reference(reference);
  return sample;
}

absl::StatusOr<SampleRequests> Build(const datasets::Sample& sample,
                                     const TinyTokenizerOptions& tokenizer,
                                     int64_t sequence_length = 100) {
  MethodOptions options = ReferenceLoss().defaults;
  options.sequence_length = sequence_length;
  return ReferenceLoss().build(sample, 0, MakeTinyTokenizer(tokenizer),
                               options);
}

TEST(ReferenceLossTest, ScoresTheReferenceAfterTheRenderedConversation) {
  const auto requests = Build(Dialogue("S", "P", "two"), {});
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_TRUE(requests->generate.empty());
  ASSERT_EQ(requests->score.size(), 1u);
  const std::string context = "[system]S[user]P[assistant]";
  EXPECT_THAT(requests->score[0].tokens,
              ElementsAreArray(Characters(context + "two")));
  EXPECT_EQ(requests->score[0].score_from, context.size());
  EXPECT_THAT(requests->scored_bytes, ElementsAre(3));
}

TEST(ReferenceLossTest, NoSystemMessageWhereTheSampleHasNone) {
  const auto requests = Build(Dialogue("", "P", "x"), {});
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_THAT(requests->score[0].tokens,
              ElementsAreArray(Characters("[user]P[assistant]x")));
}

TEST(ReferenceLossTest, AtMostOneBosAndNoneInTheReference) {
  const std::string bare = "{{ messages[0].content }}";
  const std::string with_bos = "{{ bos_token }}" + bare;
  const struct {
    bool adds_bos;
    std::string chat_template;
    bool expected;
  } kCases[] = {{false, bare, false},
                {true, bare, true},
                {false, with_bos, true},
                {true, with_bos, true}};
  for (const auto& c : kCases) {
    const auto requests =
        Build(Dialogue("", "P", "xy"),
              {.adds_bos = c.adds_bos, .chat_template = c.chat_template});
    ASSERT_TRUE(requests.ok()) << requests.status();
    std::vector<int32_t> expected = Characters("Pxy");
    if (c.expected) expected.insert(expected.begin(), kBosId);
    EXPECT_EQ(requests->score[0].tokens, expected) << c.chat_template;
    EXPECT_EQ(requests->score[0].score_from, c.expected ? 2 : 1);
  }
}

TEST(ReferenceLossTest, OnlyTheContextIsCutAndOnItsLeft) {
  const auto requests = Build(Dialogue("", "P", "a long reference"), {}, 27);
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_THAT(requests->score[0].tokens,
              ElementsAreArray(Characters("[assistant]a long reference")));
  EXPECT_EQ(requests->score[0].score_from, 11);
}

TEST(ReferenceLossTest, WhatTheTokenizerMakesImpossibleIsTheModelsFault) {
  const auto no_template =
      Build(Dialogue("", "P", "x"), {.chat_template = ""}).status();
  EXPECT_TRUE(IsModelFault(no_template)) << no_template;
  const auto no_tokens =
      Build(Dialogue("", "P", "x"), {.chat_template = "{# nothing #}"})
          .status();
  EXPECT_TRUE(IsModelFault(no_tokens)) << no_tokens;
}

TEST(ReferenceLossTest, BitsPerByteNeedATokenizerThatGivesTheReplyBack) {
  MethodOptions options = {.sequence_length = 100,
                           .loss_unit = LossUnit::kBitsPerByte};
  const Tokenizer tokenizer = MakeTinyTokenizer();
  EXPECT_TRUE(ReferenceLoss()
                  .build(Dialogue("", "\u00e9", "e"), 0, tokenizer, options)
                  .ok());
  const datasets::Sample lost = Dialogue("", "P", "caf\u00e9");
  const absl::Status status =
      ReferenceLoss().build(lost, 0, tokenizer, options).status();
  EXPECT_TRUE(IsModelFault(status)) << status;
  options.loss_unit = LossUnit::kNatsPerToken;
  EXPECT_TRUE(ReferenceLoss().build(lost, 0, tokenizer, options).ok());
}

TEST(ReferenceLossTest, BitsPerByteDivideByTheBytesOfTheReply) {
  JudgedTask task(ReferenceLoss(), {.loss_unit = LossUnit::kBitsPerByte});
  // 10 bits over 5 bytes, however many tokens there are.
  for (int64_t tokens : {1, 7}) {
    task.Add(Dialogue("", "P", "abcde"),
             MakeResponses({LossResponse(tokens, -10 * std::log(2), 5)}));
  }
  EXPECT_DOUBLE_EQ(task.Score().raw, 2);
  const auto no_bytes = ReferenceLoss().judge(
      Dialogue("", "P", "x"), MakeResponses({LossResponse(2, -3)}),
      {.loss_unit = LossUnit::kBitsPerByte});
  EXPECT_EQ(no_bytes.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ReferenceLossTest, AResponseIsTheSumOfItsLogProbabilities) {
  const ScoreRequest request = {.tokens = {5, 6, 7, 8}, .score_from = 2};
  // In float32 the sum would lose the small one.
  const Response response =
      ToResponse(request, 9, {.logprobs = {-1e8f, -0.25f}});
  EXPECT_EQ(response.sum_logprob(), -100000000.25);
  EXPECT_EQ(response.scored_tokens(), 2);
  EXPECT_EQ(response.scored_bytes(), 9);
  EXPECT_EQ(response.context_tokens(), 2);
}

TEST(ReferenceLossTest, ASampleCountsItsMeanLossAndTheTaskTheirMean) {
  JudgedTask task(ReferenceLoss());
  task.Add(Dialogue("", "P", "x"), MakeResponses({LossResponse(2, -3)}));
  task.Add(Dialogue("", "P", "x"), MakeResponses({LossResponse(100, -50)}));
  EXPECT_EQ(task.Score().raw, (1.5 + 0.5) / 2);
  task.Add(Dialogue("", "P", "x"), std::nullopt);
  const TaskScore failed = task.Score();
  EXPECT_EQ(failed.raw, INFINITY);
  EXPECT_EQ(failed.low, INFINITY);
  EXPECT_EQ(failed.failed, 1);
  EXPECT_EQ(JudgedTask(ReferenceLoss()).Score().raw, INFINITY);
}

TEST(ReferenceLossTest, ASumThatIsNotFiniteIsTheModelsFault) {
  for (double sum : {-HUGE_VAL, std::nan("")}) {
    const auto status = ReferenceLoss()
                            .judge(Dialogue("", "P", "x"),
                                   MakeResponses({LossResponse(2, sum)}), {})
                            .status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace sn37::eval
