// sn37 score: log-probabilities of tokens or texts.
#include <cmath>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "eval/engine/engine.h"
#include "eval/tokenizer/tokenizer.h"
#include "jobs/engine_flags.h"
#include "jobs/hub_flags.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "tools/sn37/ask_engine.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/model_flags.h"
#include "tools/sn37/verbs.h"

namespace sn37::tools {
namespace {

using nlohmann::json;

constexpr char kHelp[] = R"(
Log-probabilities of tokens or texts, JSON Lines in and out.

  echo '{"id":1,"context":"The sky is","continuation":" blue"}' |
    sn37 score --model DIR
  {"id":1,"is_greedy":false,"logprobs":[-4.63],"mean_loss":4.63,"sum":-4.63}

A line holds either "tokens" and "score_from", or "context" and "continuation":
texts that are encoded separately, the context with the tokenizer's default
special tokens, the continuation without. logprobs[i] belongs to
tokens[score_from + i]; mean_loss is -sum / count.)";

absl::StatusOr<eval::ScoreRequest> ToRequest(const json& question,
                                             const eval::Tokenizer* tokenizer) {
  eval::ScoreRequest request;
  if (FindField(question, "tokens") != nullptr) {
    SN37_ASSIGN_OR_RETURN(request.tokens, GetTokens(question, "tokens"));
    SN37_ASSIGN_OR_RETURN(request.score_from,
                          GetInt(question, "score_from", 1,
                                 static_cast<int64_t>(request.tokens.size())));
    return request;
  }
  if (tokenizer == nullptr) {
    return absl::FailedPreconditionError(
        "the model has no usable tokenizer: give \"tokens\"");
  }
  SN37_ASSIGN_OR_RETURN(std::string context,
                        GetString(question, "context", kMaxLineBytes));
  SN37_ASSIGN_OR_RETURN(std::string continuation,
                        GetString(question, "continuation", kMaxLineBytes));
  SN37_ASSIGN_OR_RETURN(request.tokens,
                        tokenizer->Encode(context, eval::AddSpecial::kYes));
  request.score_from = static_cast<int64_t>(request.tokens.size());
  SN37_ASSIGN_OR_RETURN(std::vector<int32_t> scored,
                        tokenizer->Encode(continuation, eval::AddSpecial::kNo));
  request.tokens.insert(request.tokens.end(), scored.begin(), scored.end());
  return request;
}

Answer ToJson(const eval::ScoreResponse& response) {
  double sum = 0;
  for (float logprob : response.logprobs) sum += logprob;
  const double count = static_cast<double>(response.logprobs.size());
  return json{{"logprobs", response.logprobs},
              {"sum", sum},
              {"mean_loss", -sum / count},
              {"is_greedy", response.is_greedy}};
}

absl::StatusOr<int> Score() {
  SN37_ASSIGN_OR_RETURN(std::string folder, ModelFolder());
  SN37_ASSIGN_OR_RETURN(eval::EngineOptions options,
                        jobs::EngineOptionsFromFlags());
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<eval::Engine> engine,
                        eval::Engine::Load(folder, options));
  // Token ids can be scored without one.
  absl::StatusOr<eval::Tokenizer> tokenizer = eval::Tokenizer::Load(folder);
  constexpr size_t kLinesAtOnce = 256;
  auto to_request = [&](const json& question) {
    return ToRequest(question, tokenizer.ok() ? &*tokenizer : nullptr);
  };
  auto ask = [&](absl::Span<const eval::ScoreRequest> requests,
                 eval::Engine::ScoreDone done) {
    return engine->Score(requests, done);
  };
  return AnswerLines(
      std::cin, std::cout, kLinesAtOnce, [&](absl::Span<const json> lines) {
        return AskEngine<eval::ScoreRequest, eval::ScoreResponse>(
            lines, to_request, ask, ToJson);
      });
}

int Run(absl::Span<const std::string>) {
  absl::StatusOr<int> status = Score();
  return status.ok() ? *status : Fail(status.status());
}

}  // namespace

const Verb kScore = {
    "score",
    "log-probabilities of tokens or texts (JSON Lines)",
    kHelp,
    {kModelFlagFile, jobs::kHubFlagFile, jobs::kEngineFlagFile},
    Run};

}  // namespace sn37::tools
