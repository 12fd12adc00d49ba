#include "datasets/sources/answers.h"

#include <utility>

#include "sn37/base/status_macros.h"

namespace sn37::datasets {

absl::StatusOr<Sample::BodyCase> AnswerKind(const Source& source,
                                            const nlohmann::json& parameters) {
  SN37_ASSIGN_OR_RETURN(const Sample::BodyCase kind,
                        KindOfRows(source, parameters));
  if (kind != Sample::kReference && kind != Sample::kFinalAnswer) {
    return absl::InvalidArgumentError(
        "\"kind\" must be reference or final_answer");
  }
  return kind;
}

Sample AnswerSample(Sample::BodyCase kind, AnsweredQuestion question) {
  Sample sample;
  if (kind == Sample::kReference) {
    Reference& body = *sample.mutable_reference();
    body.set_prompt(std::move(question.prompt));
    body.set_reference(std::move(question.reply));
  } else {
    FinalAnswer& body = *sample.mutable_final_answer();
    body.set_prompt(std::move(question.prompt));
    body.set_answer(std::move(question.answer));
    body.set_form(question.form);
  }
  return sample;
}

}  // namespace sn37::datasets
