// Questions in JSON, asked of the engine all at once.
#ifndef TOOLS_SN37_ASK_ENGINE_H_
#define TOOLS_SN37_ASK_ENGINE_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tools/sn37/json_lines.h"

namespace sn37::tools {

// One answer per question. A question that is no request, or that the engine
// refuses, gets that error; when the engine itself fails, all that it left
// unanswered get its error.
//   to_request  question to request
//   ask         Engine::Score or Engine::Generate
//   to_json     response to answer
template <typename Request, typename Response>
std::vector<Answer> AskEngine(
    absl::Span<const nlohmann::json> questions,
    absl::FunctionRef<absl::StatusOr<Request>(const nlohmann::json&)>
        to_request,
    absl::FunctionRef<absl::Status(
        absl::Span<const Request>,
        absl::FunctionRef<absl::Status(size_t, absl::StatusOr<Response>)>)>
        ask,
    absl::FunctionRef<Answer(const Response&)> to_json) {
  std::vector<Answer> answers(questions.size(),
                              absl::UnknownError("the engine did not answer"));
  std::vector<Request> requests;
  std::vector<size_t> places;  // of each request among the questions
  for (size_t i = 0; i < questions.size(); ++i) {
    absl::StatusOr<Request> request = to_request(questions[i]);
    if (request.ok()) {
      requests.push_back(*std::move(request));
      places.push_back(i);
    } else {
      answers[i] = request.status();
    }
  }
  std::vector<bool> answered(requests.size());
  absl::Status status =
      ask(requests, [&](size_t i, absl::StatusOr<Response> response) {
        answered[i] = true;
        answers[places[i]] =
            response.ok() ? to_json(*response) : Answer(response.status());
        return absl::OkStatus();
      });
  for (size_t i = 0; i < requests.size(); ++i) {
    if (!answered[i] && !status.ok()) answers[places[i]] = status;
  }
  return answers;
}

}  // namespace sn37::tools

#endif  // TOOLS_SN37_ASK_ENGINE_H_
