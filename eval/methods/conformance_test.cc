// What the reference implementation does, case by case: followed here, or
// mended where it is a fault. README.md has the same table for people. The
// vectors themselves are run by the test of each method, and those of the rules
// by sn37/rules, where all are followed.
#include <cmath>
#include <string>
#include <vector>

#include "eval/methods/methods.h"
#include "eval/methods/response.h"
#include "eval/methods/testing.h"
#include "gtest/gtest.h"
#include "sn37/rules/rule.pb.h"

namespace sn37::eval {
namespace {

using datasets::Sample;

enum Verdict { kFollowed, kMended };

Sample Choice(const std::string& answer) {
  Sample sample;
  sample.mutable_multiple_choice()->set_prompt("P");
  for (const char* choice : {"A", "B"}) {
    sample.mutable_multiple_choice()->add_choices(choice);
  }
  sample.mutable_multiple_choice()->set_answer(answer);
  return sample;
}

Sample Text(const std::string& text) {
  Sample sample;
  sample.mutable_text()->set_text(text);
  return sample;
}

Sample Reply(const std::string& prompt, const std::string& reference) {
  Sample sample;
  sample.mutable_reference()->set_prompt(prompt);
  sample.mutable_reference()->set_reference(reference);
  return sample;
}

// Two prompts under "no commas" and "one bullet".
Sample Instructions() {
  Sample sample;
  auto& body = *sample.mutable_instruction_following();
  body.add_rules()->set_id(NO_COMMAS);
  body.add_rules()->set_id(BULLET_COUNT_FREQUENCY);
  body.mutable_rules(1)->set_count(1);
  body.add_prompts("P");
  body.add_prompts("Q");
  return sample;
}

SampleRequests Requests(const char* method, const Sample& sample,
                        bool adds_bos = false, int64_t length = 64) {
  MethodOptions options = FindMethod(method)->defaults;
  options.sequence_length = length;
  const auto requests = FindMethod(method)->build(
      sample, 0, MakeTinyTokenizer({.adds_bos = adds_bos}), options);
  SN37_CHECK(requests.ok()) << requests.status();
  return *requests;
}

std::vector<double> Items(const char* method, const Sample& sample,
                          const std::vector<Response>& responses) {
  const auto score =
      FindMethod(method)->judge(sample, MakeResponses(responses), {});
  SN37_CHECK(score.ok()) << score.status();
  return {score->items().begin(), score->items().end()};
}

// The score of a task of `samples` alike, the last of which the model failed.
double WithAFailure(const char* method, const Sample& sample,
                    const std::vector<Response>& responses) {
  JudgedTask task(*FindMethod(method));
  task.Add(sample, MakeResponses(responses));
  task.Add(sample, MakeResponses(responses));
  task.Add(sample, std::nullopt);
  return task.Score().raw;
}

Response Continued(int32_t first) {
  Response response;
  for (int32_t i = 0; i < 20; ++i) response.add_tokens(first + i);
  return response;
}

// The score of a task of two texts with these continuations.
double WithContinuations(const Response& a, const Response& b) {
  JudgedTask task(*FindMethod("text_loss"));
  task.Add(Text("a"), MakeResponses({LossResponse(1, -1), a}));
  task.Add(Text("b"), MakeResponses({LossResponse(1, -1), b}));
  return task.Score().raw;
}

const struct {
  const char* section;  // of reference.md
  const char* behaviour;
  Verdict verdict;
  bool (*holds)();
} kCases[] = {
    {"5.2", "the first word that is a choice counts", kFollowed,
     [] {
       return Items("multiple_choice", Choice("B"),
                    {TextResponse("Not A, B")}) == std::vector<double>{1};
     }},
    {"5.2", "the article A is a choice", kFollowed,
     [] {
       return Items("multiple_choice", Choice("A"),
                    {TextResponse("A cat: B")}) == std::vector<double>{0};
     }},
    {"5.2", "an answer without a choice is wrong", kFollowed,
     [] {
       return Items("multiple_choice", Choice("A"), {TextResponse("a")}) ==
              std::vector<double>{1};
     }},
    {"5.2", "20 new tokens, penalty 1.1", kFollowed,
     [] {
       const auto r = Requests("multiple_choice", Choice("A")).generate[0];
       return r.max_new_tokens == 20 && r.repetition_penalty == 1.1f;
     }},
    {"5.2", "generated ids that the tokenizer does not have are no text",
     kFollowed,
     [] {
       const auto r = ToResponse(GenerateRequest(), {.tokens = {1000}},
                                 MakeTinyTokenizer());
       return r.ok() && r->text().empty() && r->tokens_size() == 1;
     }},
    {"5.2", "a failed sample is wrong", kFollowed,
     [] {
       return WithAFailure("multiple_choice", Choice("A"),
                           {TextResponse("A")}) == 1.0 / 3;
     }},
    {"5.1", "the tokenizer's special tokens of a reply are counted", kMended,
     [] {
       const auto r =
           Requests("reference_loss", Reply("P", "xy"), true).score[0];
       return std::ssize(r.tokens) - r.score_from == 2;
     }},
    {"5.1", "a BOS of the template and one of the tokenizer", kMended,
     [] {
       MethodOptions options = {.sequence_length = 64};
       const auto requests =
           FindMethod("reference_loss")
               ->build(Reply("P", "x"), 0,
                       MakeTinyTokenizer(
                           {.adds_bos = true,
                            .chat_template =
                                "{{ bos_token }}{{ messages[0].content }}"}),
                       options);
       return requests.ok() && requests->score[0].score_from == 2;
     }},
    {"5.1", "long conversations are not cut", kMended,
     [] {
       return Requests("reference_loss", Reply(std::string(99, 'x'), "y"),
                       false, 16)
                  .score[0]
                  .score_from == 15;
     }},
    {"5.3", "losses are in the model's dtype", kMended,
     [] {
       return Items("reference_loss", Reply("P", "x"),
                    {LossResponse(2, -100000000.25)}) ==
              std::vector<double>{50000000.125};
     }},
    {"5.3", "every sample counts alike, whatever its length", kFollowed,
     [] {
       JudgedTask task(*FindMethod("reference_loss"));
       task.Add(Reply("P", "x"), MakeResponses({LossResponse(1, -1)}));
       task.Add(Reply("P", "x"), MakeResponses({LossResponse(9, -27)}));
       return task.Score().raw == 2;
     }},
    {"5.3", "a failed sample makes the model's whole score infinite", kMended,
     [] {  // the task's alone
       return WithAFailure("reference_loss", Reply("P", "x"),
                           {LossResponse(1, -1)}) == INFINITY;
     }},
    {"5.4", "padding is read and counted", kMended,
     [] {
       const auto r = Requests("text_loss", Text("short")).score[0];
       return std::ssize(r.tokens) == 5 && r.score_from == 1;
     }},
    {"5.4", "the output check continues the whole padded row, sampled", kMended,
     [] {  // the first 100 tokens, greedily
       const auto r =
           Requests("text_loss", Text(std::string(300, 'x')), false, 200)
               .generate[0];
       return r.prompt.size() == 100 && r.min_new_tokens == 20 &&
              r.max_new_tokens == 20;
     }},
    {"5.4", "equal continuations make the loss infinite", kFollowed,
     [] {
       return WithContinuations(Continued(0), Continued(0)) == INFINITY &&
              WithContinuations(Continued(0), Continued(50)) == 1;
     }},
    {"5.4", "fewer than two texts make the loss infinite", kFollowed,
     [] {
       JudgedTask task(*FindMethod("text_loss"));
       task.Add(Text("a"), MakeResponses({LossResponse(1, -1), Continued(0)}));
       return task.Score().raw == INFINITY;
     }},
    {"5.5", "1 - (c / R)² counts R times", kFollowed,
     [] {
       return Items("if_eval", Instructions(),
                    {TextResponse("no bullet"), TextResponse("* a,")}) ==
              std::vector<double>{0.75, 0.75, 0.75, 0.75};
     }},
    {"5.5", "200 new tokens, penalty 1.2", kFollowed,
     [] {
       const auto r = Requests("if_eval", Instructions()).generate[1];
       return r.max_new_tokens == 200 && r.repetition_penalty == 1.2f;
     }},
    {"5.5", "a failed sample counts 1 for every rule of both prompts",
     kFollowed,
     [] {
       return FindMethod("if_eval")->item_count(Instructions()) == 4 &&
              FindMethod("if_eval")->worst == 1;
     }},
    {"5.5", "more than a tenth of duplicates voids the task", kFollowed,
     [] {
       JudgedTask task(*FindMethod("if_eval"));
       task.Add(Instructions(),
                MakeResponses({TextResponse("* a"), TextResponse("* a")}));
       return task.Score().raw == 1;
     }},
    {"5.2, 5.5", "a task without samples is worst", kFollowed,
     [] {
       return JudgedTask(*FindMethod("if_eval")).Score().raw == 1 &&
              JudgedTask(*FindMethod("multiple_choice")).Score().raw == 1 &&
              JudgedTask(*FindMethod("reference_loss")).Score().raw == INFINITY;
     }},
};

TEST(ConformanceTest, FollowedAndMended) {
  int followed = 0;
  for (const auto& c : kCases) {
    EXPECT_TRUE(c.holds()) << "section " << c.section << ", "
                           << (c.verdict == kFollowed ? "followed" : "mended")
                           << ": " << c.behaviour;
    followed += c.verdict == kFollowed ? 1 : 0;
  }
  EXPECT_EQ(followed, 14);
  EXPECT_EQ(std::size(kCases), 21u);
}

}  // namespace
}  // namespace sn37::eval
