// sn37 judge: stored answers to scores, without a model.
#include "eval/methods/judge.h"

#include <iostream>
#include <string>

#include "tools/sn37/json_lines.h"
#include "tools/sn37/verbs.h"

namespace sn37::tools {
namespace {

constexpr char kHelp[] = R"(
Judges answers as an evaluation would, JSON Lines in and out; lower is better.

  echo '{"id":1,"method":"multiple_choice","choices":["A","B"],"answer":"B",
         "responses":["It is B."]}' | tr -d '\n' | sn37 judge
  {"id":1,"items":[0.0],"score":0.0}

A record names its "method" and holds what that needs:
  multiple_choice    "choices", "answer", "responses": texts
  choice_likelihood  "choices", "answer", "responses": scored, one per choice
  if_eval            "rules": [{"rule","params"}…], "prompt_index", "responses"
  final_answer       "answer", "form": TEXT, NUMBER or SET, "responses": texts
  preference         "responses": scored, the chosen and the rejected reply
  ranking            "relevant": places from 0, "responses": scored, one each
  reference_loss     "loss_unit": nats_per_token or bits_per_byte,
  text_loss            "responses": scored
A scored response is {"sum_logprob","scored_tokens","scored_bytes"}, or has
"logprobs" in place of the first two. "score" is the mean of the items; what the
methods add, and every field, is described in eval/methods/judge.h.)";

int Run(absl::Span<const std::string>) {
  return AnswerEachLine(std::cin, std::cout, eval::JudgeRecord);
}

}  // namespace

const Verb kJudge = {
    "judge", "stored answers to scores (JSON Lines)", kHelp, {}, Run};

}  // namespace sn37::tools
