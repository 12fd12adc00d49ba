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
//   reference_loss,  "responses": objects, each with "logprobs" or with
//   text_loss        "sum_logprob" and "scored_tokens"
//                    items: the mean loss of each response
// "score" is the mean of the items.
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
