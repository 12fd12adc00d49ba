// Judging by hand: stored or foreign answers, as JSON records, without a model.
//
//   {"id": 1, "method": "multiple_choice", "choices": ["A", "B"],
//    "answer": "B", "responses": ["It is B."]}
//   -> {"id": 1, "score": 0.0, "items": [0.0]}
//
// The fields besides "id" (any value, copied) and "method", by method:
//   multiple_choice  "choices", "answer", "responses": texts
//                    items: 0 or 1 for each response
//   if_eval          "rules": [{"rule": NAME, "params": {...}}] with the params
//                    "count"; "keywords": one per prompt;
//                    "keywords_and_counts": [[keyword, count], ...]; "phrase"
//                    "prompt_index" (default 0), "responses": texts
//                    items: the deviation 1 - (c / R)² of each response;
//                    also "satisfied": [[bool per rule] per response]
//   reference_loss,  "loss_unit": "nats_per_token" (default) or
//   text_loss        "bits_per_byte"; "responses": scored texts, as below
//                    items: the loss of each response
//   choice_likelihood
//                    "choices", "answer"
//                    "responses": one scored text for each choice
//                    items: 0 or 1; also "margin", "margin_per_byte"
//   preference       "responses": two scored texts, the chosen and the rejected
//                    items: 1 / (1 + e^margin_per_byte); also "margin",
//                    "margin_per_byte"
//   ranking          "relevant": places, from 0
//                    "responses": one scored text for each candidate
//                    items: 1 - NDCG@10; also "ndcg", "hit"
//   final_answer     "answer"; "form": "TEXT" (default), "NUMBER" or "SET"
//                    "responses": texts
//                    items: 0 or 1 for each response; also "answers", as they
//                    were found, null where there is none
// A scored text is an object with "sum_logprob" (natural logarithm) and
// "scored_tokens", or with "logprobs", one for each token; and, where bytes
// count (all but losses in nats_per_token), with "scored_bytes", the bytes of
// the text.
// "score" is the mean of the items. What each method does with its numbers
// stands at the head of its file.
#ifndef EVAL_METHODS_JUDGE_H_
#define EVAL_METHODS_JUDGE_H_

#include "absl/status/statusor.h"
#include "sn37/base/json.h"

namespace sn37::eval {

// The scores of one record. Pure. kInvalidArgument naming the field for a
// record that cannot be judged (one without responses, too), kOutOfRange for a
// prompt_index that a rule has no keyword for, kDataLoss for infinite losses.
absl::StatusOr<nlohmann::json> JudgeRecord(const nlohmann::json& record);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_JUDGE_H_
