#include "eval/engine/text_state.h"

#include <vector>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

constexpr int64_t kVocabulary = 100;
constexpr int64_t kPositions = 50;

using Ids = std::vector<int32_t>;

bool Has(const uint64_t* bits, int id) {
  return (bits[id / 64] >> (id % 64) & 1) != 0;
}

struct DraftCase {
  const char* what;
  Ids prompt;
  int64_t most;
  Ids draft;
};

TEST(TextStateTest, DraftsWhatFollowedTheLastThreeTokens) {
  const DraftCase cases[] = {
      {"nothing the same", {1, 2, 3, 4, 5, 6, 7}, 4, {}},
      {"too short", {1, 1, 1}, 4, {}},
      {"only two the same", {1, 2, 3, 9, 2, 3}, 4, {}},
      {"three the same", {1, 2, 3, 4, 5, 1, 2, 3}, 4, {4, 5, 1, 2}},
      {"no more than asked", {1, 2, 3, 4, 5, 1, 2, 3}, 1, {4}},
      {"none asked", {1, 2, 3, 4, 5, 1, 2, 3}, 0, {}},
      {"the latest place", {1, 2, 3, 4, 1, 2, 3, 7, 1, 2, 3}, 1, {7}},
      {"overlapping itself", {5, 5, 5, 5}, 4, {5}},
  };
  for (const DraftCase& c : cases) {
    GenerateRequest request;
    request.prompt = c.prompt;
    request.max_new_tokens = 20;
    const TextState text(request, kVocabulary, kPositions);
    EXPECT_EQ(text.Draft(c.most), c.draft) << c.what;
  }
}

TEST(TextStateTest, DraftsNoMoreThanMayBeFed) {
  GenerateRequest request;
  request.prompt = {1, 2, 3, 4, 5, 1, 2, 3};
  request.max_new_tokens = 3;  // the third one is never fed
  EXPECT_EQ(TextState(request, kVocabulary, kPositions).Draft(4), Ids({4, 5}));
  request.max_new_tokens = 20;
  EXPECT_EQ(TextState(request, kVocabulary, 9).Draft(4), Ids({4}));
}

TEST(TextStateTest, RulesOfADraftAreThoseAfterItsTokens) {
  GenerateRequest request;
  request.prompt = {1, 2};
  request.max_new_tokens = 10;
  request.min_new_tokens = 2;
  request.repetition_penalty = 1.5f;
  request.stop_ids = {70};
  TextState text(request, kVocabulary, kPositions);
  const std::vector<PickRule> rules = text.Rules({80, 90});
  ASSERT_EQ(rules.size(), 3u);
  for (const PickRule& rule : rules) {
    EXPECT_EQ(rule.repetition_penalty, 1.5f);
    EXPECT_TRUE(Has(rule.seen, 1) && Has(rule.seen, 2));
  }
  EXPECT_FALSE(Has(rules[0].seen, 80));
  EXPECT_TRUE(Has(rules[1].seen, 80) && !Has(rules[1].seen, 90));
  EXPECT_TRUE(Has(rules[2].seen, 80) && Has(rules[2].seen, 90));
  EXPECT_TRUE(Has(rules[0].banned, 70) && Has(rules[1].banned, 70));
  EXPECT_EQ(rules[2].banned, nullptr);
}

TEST(TextStateTest, EndsAtStopIdsAtTheLimitAndWhereTheRequestSaysSo) {
  GenerateRequest request;
  request.prompt = {1, 2};
  request.max_new_tokens = 3;
  request.stop_ids = {7};
  request.is_end = [](absl::Span<const int32_t> tokens) {
    return tokens.size() == 2 && tokens[0] == 4 && tokens[1] == 5;
  };
  auto end_of = [&](const Ids& tokens) {
    TextState text(request, kVocabulary, kPositions);
    for (int32_t token : tokens) {
      const auto reason = text.Append(token);
      if (reason.has_value()) return std::pair(text.generated(), *reason);
    }
    return std::pair(int64_t{-1}, FinishReason::kLength);
  };
  EXPECT_EQ(end_of({3, 7, 3}), std::pair(int64_t{2}, FinishReason::kStop));
  EXPECT_EQ(end_of({4, 5, 3}), std::pair(int64_t{2}, FinishReason::kStop));
  EXPECT_EQ(end_of({5, 4, 5, 3}), std::pair(int64_t{3}, FinishReason::kLength));
}

}  // namespace
}  // namespace sn37::eval
