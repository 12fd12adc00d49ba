// What the sources share whose rows end in an answer that can be checked: the
// parameter "kind" says whether the whole reply is the row's reference or the
// answer alone is its final answer.
#ifndef SN37_DATASETS_SOURCES_ANSWERS_H_
#define SN37_DATASETS_SOURCES_ANSWERS_H_

#include <string>

#include "absl/status/statusor.h"
#include "datasets/sources/source.h"

namespace sn37::datasets {

// A question with its answer, and a reply that works it out and ends in it.
struct AnsweredQuestion {
  std::string prompt;
  std::string reply;
  std::string answer;
  FinalAnswer::Form form = FinalAnswer::TEXT;
};

// The kind of the source's rows. kInvalidArgument unless it is reference or
// final_answer.
absl::StatusOr<Sample::BodyCase> AnswerKind(const Source& source,
                                            const nlohmann::json& parameters);

// REQUIRES: a kind that AnswerKind returned.
Sample AnswerSample(Sample::BodyCase kind, AnsweredQuestion question);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_ANSWERS_H_
