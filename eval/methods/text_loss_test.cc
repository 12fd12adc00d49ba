// Mended: no padding is read or counted; the continuations are greedy and come
// from the first 100 tokens; a failed check is infinite before normalisation,
// as in the reference.
#include <cmath>
#include <numeric>
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

const Method& TextLoss() { return *FindMethod("text_loss"); }

datasets::Sample Text(const std::string& text) {
  datasets::Sample sample;
  sample.mutable_text()->set_text(text);
  return sample;
}

absl::StatusOr<SampleRequests> Build(const std::string& text, int64_t index,
                                     int64_t sequence_length,
                                     const TinyTokenizerOptions& tokenizer) {
  MethodOptions options = TextLoss().defaults;
  options.sequence_length = sequence_length;
  return TextLoss().build(Text(text), index, MakeTinyTokenizer(tokenizer),
                          options);
}

TEST(TextLossTest, ScoresAllButTheFirstTokenWithoutPadding) {
  const auto requests = Build("plain text", 2, 100, {});
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->score.size(), 1u);
  EXPECT_THAT(requests->score[0].tokens,
              ElementsAreArray(Characters("plain text")));
  EXPECT_EQ(requests->score[0].score_from, 1);
  EXPECT_THAT(requests->scored_bytes, ElementsAre(9));
  EXPECT_TRUE(requests->generate.empty());
}

TEST(TextLossTest, LongTextsKeepTheirFirstTokens) {
  const auto requests = Build("plain text", 2, 5, {.adds_bos = true});
  ASSERT_TRUE(requests.ok()) << requests.status();
  std::vector<int32_t> expected = Characters("plai");
  expected.insert(expected.begin(), kBosId);
  EXPECT_EQ(requests->score[0].tokens, expected);
  EXPECT_EQ(requests->score[0].score_from, 1);
  EXPECT_THAT(requests->scored_bytes, ElementsAre(4));
}

TEST(TextLossTest, ABosThatTheTextBeginsWithIsNotDoubled) {
  const auto requests = Build("<s>hi", 2, 100, {.adds_bos = true});
  ASSERT_TRUE(requests.ok()) << requests.status();
  std::vector<int32_t> expected = Characters("hi");
  expected.insert(expected.begin(), kBosId);
  EXPECT_EQ(requests->score[0].tokens, expected);
}

TEST(TextLossTest, TheFirstTwoSamplesAreContinuedFromTheirFirst100Tokens) {
  const std::string text(300, 'x');
  for (int64_t index : {0, 1}) {
    const auto requests = Build(text, index, 200, {});
    ASSERT_TRUE(requests.ok()) << requests.status();
    EXPECT_EQ(requests->score[0].tokens.size(), 200u);
    ASSERT_EQ(requests->generate.size(), 1u);
    const GenerateRequest& request = requests->generate[0];
    EXPECT_EQ(request.prompt.size(), 100u);
    EXPECT_EQ(request.max_new_tokens, 20);
    EXPECT_EQ(request.min_new_tokens, 20);
    EXPECT_EQ(request.repetition_penalty, 1.0f);
    EXPECT_THAT(request.stop_ids, ElementsAre(kEosId));
  }
  EXPECT_EQ(Build("short", 0, 200, {})->generate[0].prompt.size(), 5u);
}

TEST(TextLossTest, BitsPerByteCountTheBytesThatTheScoredTokensGiveBack) {
  const struct {
    const char* text;
    bool adds_bos;
    int64_t sequence_length;
    int64_t bytes;
  } kCases[] = {
      {"plain text", false, 100, 9},  // the first token is given
      {"plain text", true, 100, 10},  // the BOS is
      {"plain text", false, 5, 4},   {"plain text", true, 5, 4},
      {"<s>hi", true, 100, 2},  // the text's own, not doubled
      {"hi</s>you", false, 100, 8},
  };
  for (const auto& c : kCases) {
    const auto requests = TextLoss().build(
        Text(c.text), 2, MakeTinyTokenizer({.adds_bos = c.adds_bos}),
        {.sequence_length = c.sequence_length,
         .loss_unit = LossUnit::kBitsPerByte});
    ASSERT_TRUE(requests.ok()) << requests.status();
    EXPECT_THAT(requests->scored_bytes, ElementsAre(c.bytes)) << c.text;
  }
}

TEST(TextLossTest, BitsPerByteNeedATokenizerThatGivesTheTextBack) {
  MethodOptions options = {.sequence_length = 4,
                           .loss_unit = LossUnit::kBitsPerByte};
  // Also where what is lost lies behind the sequence length.
  const absl::Status status =
      TextLoss()
          .build(Text("in a caf\u00e9"), 2, MakeTinyTokenizer(), options)
          .status();
  EXPECT_TRUE(IsModelFault(status)) << status;
  options.loss_unit = LossUnit::kNatsPerToken;
  EXPECT_TRUE(
      TextLoss()
          .build(Text("in a caf\u00e9"), 2, MakeTinyTokenizer(), options)
          .ok());
}

TEST(TextLossTest, ATextOfOneTokenIsTheModelsFault) {
  const absl::Status status = Build("x", 0, 200, {}).status();
  EXPECT_TRUE(IsModelFault(status)) << status;
  EXPECT_TRUE(Build("x", 0, 200, {.adds_bos = true}).ok());
}

Response Continued(int32_t first) {
  Response response;
  for (int32_t i = 0; i < 20; ++i) response.add_tokens(first + i);
  return response;
}

TEST(TextLossTest, UnreasonableOutputIsInfinitelyBad) {
  const struct {
    Response a;
    Response b;
    double expected;
  } kCases[] = {{Continued(0), Continued(100), 1.5},
                {Continued(0), Continued(0), INFINITY},
                {Continued(0), Response(), INFINITY}};
  for (const auto& c : kCases) {
    JudgedTask task(TextLoss());
    task.Add(Text("a"), MakeResponses({LossResponse(1, -1), c.a}));
    task.Add(Text("b"), MakeResponses({LossResponse(1, -2), c.b}));
    task.Add(Text("c"), MakeResponses({LossResponse(4, -6)}));
    EXPECT_EQ(task.Score().raw, c.expected);
  }
}

TEST(TextLossTest, WithoutTwoContinuationsItIsInfinitelyBadToo) {
  JudgedTask one(TextLoss());
  one.Add(Text("a"), MakeResponses({LossResponse(1, -1), Continued(0)}));
  EXPECT_EQ(one.Score().raw, INFINITY);

  JudgedTask unchecked(TextLoss());
  unchecked.Add(Text("a"), MakeResponses({LossResponse(1, -1)}));
  unchecked.Add(Text("b"), MakeResponses({LossResponse(1, -1)}));
  EXPECT_EQ(unchecked.Score().raw, INFINITY);
}

}  // namespace
}  // namespace sn37::eval
