// What every method must do: the duties of method.h.
#include "eval/methods/methods.h"

#include <set>
#include <string>

#include "eval/methods/response.h"
#include "eval/methods/testing.h"
#include "eval/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

// One sample with each body.
std::vector<datasets::Sample> Samples() {
  std::vector<datasets::Sample> samples(7);
  auto& choice = *samples[0].mutable_multiple_choice();
  choice.set_prompt("Which?");
  choice.add_choices("A");
  choice.add_choices("B");
  choice.set_answer("A");
  samples[1].mutable_reference()->set_prompt("Say it");
  samples[1].mutable_reference()->set_reference("it");
  samples[2].mutable_text()->set_text("some text");
  auto& pair = *samples[3].mutable_instruction_following();
  pair.add_rules()->set_id(NO_COMMAS);
  pair.add_prompts("One");
  pair.add_prompts("Two");
  auto& preference = *samples[4].mutable_preference();
  preference.set_prompt("Which?");
  preference.set_chosen("this");
  preference.set_rejected("that one");
  auto& question = *samples[5].mutable_final_answer();
  question.set_prompt("How many?");
  question.set_answer("2");
  auto& ranking = *samples[6].mutable_ranking();
  ranking.set_prompt("A, B");
  ranking.add_items("C");
  ranking.add_items("D");
  ranking.add_relevant(1);
  return samples;
}

GenerateRequest Prompt(const std::vector<int32_t>& tokens) {
  GenerateRequest request;
  request.prompt = tokens;
  return request;
}

GenerateResponse Answer(const std::vector<int32_t>& tokens) {
  GenerateResponse answer;
  answer.tokens = tokens;
  return answer;
}

class MethodTest : public ::testing::TestWithParam<const Method*> {
 protected:
  const Method& method() const { return *GetParam(); }
  MethodOptions options() const {
    MethodOptions options = method().defaults;
    options.sequence_length = 64;
    return options;
  }
};

TEST_P(MethodTest, IsFoundByItsName) {
  EXPECT_EQ(FindMethod(method().name), &method());
  std::set<std::string> names;
  for (const Method* other : AllMethods()) {
    EXPECT_TRUE(names.insert(std::string(other->name)).second) << other->name;
  }
}

TEST_P(MethodTest, AcceptsItsOwnBodyAndRefusesOthersAsOurFault) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  int accepted = 0;
  std::vector<datasets::Sample> samples = Samples();
  samples.emplace_back();  // no body at all
  for (const datasets::Sample& sample : samples) {
    const auto requests = method().build(sample, 0, tokenizer, options());
    if (requests.ok()) {
      ++accepted;
      continue;
    }
    EXPECT_EQ(requests.status().code(), absl::StatusCode::kInternal);
    EXPECT_EQ(method().judge(sample, {}, options()).status().code(),
              absl::StatusCode::kInternal);
  }
  EXPECT_EQ(accepted, 1);
}

TEST_P(MethodTest, JudgesTheResponsesToItsRequestsAndNoOthers) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  for (const datasets::Sample& sample : Samples()) {
    const auto requests = method().build(sample, 0, tokenizer, options());
    if (!requests.ok()) continue;
    ASSERT_EQ(requests->scored_bytes.size(), requests->score.size());
    Responses responses;
    for (size_t i = 0; i < requests->score.size(); ++i) {
      const ScoreRequest& request = requests->score[i];
      ASSERT_GE(request.score_from, 1);
      ASSERT_LT(request.score_from, std::ssize(request.tokens));
      EXPECT_GT(requests->scored_bytes[i], 0);
      const std::vector<float> logprobs(
          request.tokens.size() - request.score_from, -0.5f);
      *responses.Add() = ToResponse(request, requests->scored_bytes[i],
                                    {.logprobs = logprobs, .is_greedy = false});
    }
    for (const GenerateRequest& request : requests->generate) {
      ASSERT_FALSE(request.prompt.empty());
      ASSERT_GE(request.max_new_tokens, 1);
      const auto response =
          ToResponse(request, Answer(Characters("A.")), tokenizer);
      ASSERT_TRUE(response.ok()) << response.status();
      *responses.Add() = *response;
    }
    const auto score = method().judge(sample, responses, options());
    ASSERT_TRUE(score.ok()) << score.status();
    EXPECT_EQ(score->items_size(), method().item_count(sample));
    for (double item : score->items()) {
      EXPECT_GE(item, 0);
      EXPECT_LE(item, method().worst);
    }
    Responses more = responses;
    for (int i = 0; i < 2; ++i) *more.Add() = responses[0];
    for (const Responses& wrong : {Responses(), more}) {
      EXPECT_EQ(method().judge(sample, wrong, options()).status().code(),
                absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST_P(MethodTest, NoPromptIsLongerThanTheSequenceLength) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  MethodOptions small = options();
  small.sequence_length = 2;
  for (const datasets::Sample& sample : Samples()) {
    const auto requests = method().build(sample, 0, tokenizer, small);
    if (absl::IsInternal(requests.status())) continue;  // another's sample
    if (!requests.ok()) {
      EXPECT_TRUE(absl::IsOutOfRange(requests.status())) << requests.status();
      continue;
    }
    for (const GenerateRequest& request : requests->generate) {
      EXPECT_LE(request.prompt.size(), 2);
    }
  }
}

TEST_P(MethodTest, WithoutSamplesTheTaskIsWorst) {
  EXPECT_EQ(ScoreTask(method(), {}).raw, method().worst);
}

INSTANTIATE_TEST_SUITE_P(All, MethodTest, ::testing::ValuesIn(AllMethods()),
                         [](const auto& info) {
                           return std::string(info.param->name);
                         });

TEST(ResponseTest, TheTextOfAnAnswerHasNoSpecialTokens) {
  const Tokenizer tokenizer = MakeTinyTokenizer();
  std::vector<int32_t> tokens = Characters("Yes.");
  tokens.push_back(kEosId);
  const auto response =
      ToResponse(Prompt({5, 6, 7}), Answer(tokens), tokenizer);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->text(), "Yes.");
  EXPECT_THAT(response->tokens(), ::testing::ElementsAreArray(tokens));
  EXPECT_EQ(response->context_tokens(), 3);
}

TEST(ResponseTest, ATokenOfAnyLengthIsTheModelsFault) {
  const Tokenizer tokenizer =
      MakeTinyTokenizer({.last_token = std::string(5000, 'x')});
  const int32_t last = tokenizer.max_id();
  const auto four = ToResponse(Prompt({5}), Answer({last, 5, 5, 5}), tokenizer);
  EXPECT_EQ(four.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(IsModelFault(four.status()));
  EXPECT_TRUE(
      ToResponse(Prompt({5}), Answer({last, 5, 5, 5, 5}), tokenizer).ok());
}

TEST(FindMethodTest, AnUnknownNameIsNull) {
  EXPECT_EQ(FindMethod("none"), nullptr);
}

}  // namespace
}  // namespace sn37::eval
