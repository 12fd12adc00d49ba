#include "eval/methods/replies.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/methods/testing.h"
#include "eval/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

TEST(ScoreRepliesTest, OneRequestForEachReplyAfterTheSameContext) {
  const auto requests =
      ScoreReplies(MakeTinyTokenizer({.adds_bos = true}), {{"user", "P"}},
                   {"yes", "no"}, {.sequence_length = 100}, GiveBack::kYes);
  ASSERT_TRUE(requests.ok()) << requests.status();
  EXPECT_TRUE(requests->generate.empty());
  ASSERT_EQ(requests->score.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    std::vector<int32_t> expected =
        Characters(std::string("[user]P[assistant]") + (i == 0 ? "yes" : "no"));
    expected.insert(expected.begin(), kBosId);
    EXPECT_THAT(requests->score[i].tokens, ElementsAreArray(expected));
    EXPECT_EQ(requests->score[i].score_from, 19);
  }
  EXPECT_THAT(requests->scored_bytes, ElementsAre(3, 2));
}

TEST(ScoreRepliesTest, OnlyTheContextIsCutAndOnItsLeftForTheLongestReply) {
  const struct {
    int64_t sequence_length;
    const char* context;
  } kCases[] = {{30, "[user]P[assistant]"},
                {29, "user]P[assistant]"},
                {16, "ant]"},
                {13, "]"},
                // At least one token, from which the reply's first follows.
                {4, "]"}};
  for (const auto& c : kCases) {
    const auto requests = ScoreReplies(
        MakeTinyTokenizer(), {{"user", "P"}}, {"no", "a long reply"},
        {.sequence_length = c.sequence_length}, GiveBack::kYes);
    ASSERT_TRUE(requests.ok()) << requests.status();
    for (const auto& [i, reply] : {std::pair(0, "no"), {1, "a long reply"}}) {
      EXPECT_THAT(requests->score[i].tokens,
                  ElementsAreArray(Characters(absl::StrCat(c.context, reply))));
    }
  }
}

TEST(ScoreRepliesTest, AReplyOfMoreTokensThanItsBytesIsNotOfAnyLength) {
  const Tokenizer tokenizer = MakeTinyTokenizer({.e = "eeeeeeeeee"});
  const auto score = [&](int64_t sequence_length) {
    return ScoreReplies(tokenizer, {{"user", "P"}}, {"yes"},
                        {.sequence_length = sequence_length}, GiveBack::kNo);
  };
  EXPECT_TRUE(score(12).ok());
  const absl::Status status = score(11).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()),
              ::testing::HasSubstr("12 tokens of a reference of 3 bytes"));
}

TEST(ScoreRepliesTest, WhereBytesCountTheTokenizerMustGiveTheReplyBack) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  // The tiny tokenizer has one token for all that is not ASCII.
  for (const char* reply : {"caf\u00e9", "a\nb"}) {
    const auto lost = ScoreReplies(tokenizer, {{"user", "P"}}, {"yes", reply},
                                   {.sequence_length = 100}, GiveBack::kYes);
    EXPECT_EQ(lost.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(IsModelFault(lost.status()));
    EXPECT_TRUE(ScoreReplies(tokenizer, {{"user", "P"}}, {"yes", reply},
                             {.sequence_length = 100}, GiveBack::kNo)
                    .ok());
  }
}

TEST(GivesBackTest, SpecialTokensInATextAreText) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  const std::string text = "a</s>b <s>";
  const auto tokens = tokenizer.Encode(text, AddSpecial::kNo);
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(tokens->size(), 5u);
  EXPECT_TRUE(CheckGivesBack(tokenizer, *tokens, text).ok());
  EXPECT_FALSE(CheckGivesBack(tokenizer, *tokens, "ab ").ok());
}

TEST(GivesBackTest, WhatIsOnlyShownWithoutSpacesIsGivenBack) {
  const Tokenizer tokenizer = MakeTinyTokenizer({.cleans_up_spaces = true});
  const std::string text = "a , b .";
  const std::vector<int32_t> tokens = Characters(text);
  EXPECT_EQ(*tokenizer.Decode(tokens, SkipSpecial::kNo), "a, b.");
  EXPECT_TRUE(CheckGivesBack(tokenizer, tokens, text).ok());
}

}  // namespace
}  // namespace sn37::eval
