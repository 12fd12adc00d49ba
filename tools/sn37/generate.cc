// sn37 generate: greedy continuations.
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "eval/engine/engine.h"
#include "eval/tokenizer/stop_strings.h"
#include "eval/tokenizer/tokenizer.h"
#include "eval/weights/model_config.h"
#include "jobs/engine_flags.h"
#include "jobs/hub_flags.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "tools/sn37/ask_engine.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/messages.h"
#include "tools/sn37/model_flags.h"
#include "tools/sn37/verbs.h"

namespace sn37::tools {
namespace {

using nlohmann::json;

constexpr char kHelp[] = R"(
Greedy continuations, JSON Lines in and out.

  echo '{"id":1,"messages":[{"role":"user","content":"Capital of France?"}],
         "max_new_tokens":20}' | tr -d '\n' | sn37 generate --model DIR

A line holds "tokens", "text" (encoded with the tokenizer's default special
tokens) or "messages" (rendered by the chat template with a generation prompt);
and, where they should differ from the defaults, "max_new_tokens" (20),
"repetition_penalty" (1), "stop_token_ids" (the model's own end-of-text ids) and
"stop_strings": the text ends with the token that completes one of them.
The answer has "tokens", "text" and "finish_reason": "stop" or "length".)";

struct Model {
  std::unique_ptr<eval::Engine> engine;
  eval::Tokenizer tokenizer;
  std::vector<int32_t> stop_ids;
};

absl::StatusOr<Model> Load() {
  SN37_ASSIGN_OR_RETURN(std::string folder, ModelFolder());
  SN37_ASSIGN_OR_RETURN(eval::EngineOptions options,
                        jobs::EngineOptionsFromFlags());
  SN37_ASSIGN_OR_RETURN(eval::Tokenizer tokenizer,
                        eval::Tokenizer::Load(folder));
  SN37_ASSIGN_OR_RETURN(eval::ModelConfig config,
                        eval::ReadModelConfig(folder));
  SN37_ASSIGN_OR_RETURN(eval::SpecialTokenIds ids,
                        eval::ReadSpecialTokenIds(folder, config));
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<eval::Engine> engine,
                        eval::Engine::Load(folder, options));
  return Model{std::move(engine), std::move(tokenizer),
               std::vector<int32_t>(ids.eos.begin(), ids.eos.end())};
}

absl::StatusOr<std::vector<int32_t>> Prompt(const json& question,
                                            const eval::Tokenizer& tokenizer) {
  if (FindField(question, "tokens") != nullptr) {
    return GetTokens(question, "tokens");
  }
  if (FindField(question, "messages") != nullptr) {
    SN37_ASSIGN_OR_RETURN(std::vector<eval::ChatMessage> messages,
                          GetMessages(question));
    SN37_ASSIGN_OR_RETURN(
        std::string text,
        tokenizer.ApplyChatTemplate(messages, /*add_generation_prompt=*/true));
    return tokenizer.Encode(text, eval::AddSpecial::kNo);
  }
  SN37_ASSIGN_OR_RETURN(std::string text,
                        GetString(question, "text", kMaxLineBytes));
  return tokenizer.Encode(text, eval::AddSpecial::kYes);
}

absl::StatusOr<eval::GenerateRequest> ToRequest(const json& question,
                                                const Model& model) {
  constexpr int64_t kMostNewTokens = 1 << 20;
  eval::GenerateRequest request;
  SN37_ASSIGN_OR_RETURN(request.prompt, Prompt(question, model.tokenizer));
  SN37_ASSIGN_OR_RETURN(
      request.max_new_tokens,
      GetIntOr(question, "max_new_tokens", 1, kMostNewTokens, 20));
  SN37_ASSIGN_OR_RETURN(
      double penalty,
      GetDoubleOr(question, "repetition_penalty", 1e-3, 1e3, 1.0));
  request.repetition_penalty = static_cast<float>(penalty);
  request.stop_ids = model.stop_ids;
  if (FindField(question, "stop_token_ids") != nullptr) {
    SN37_ASSIGN_OR_RETURN(request.stop_ids,
                          GetTokens(question, "stop_token_ids"));
  }
  if (FindField(question, "stop_strings") != nullptr) {
    SN37_ASSIGN_OR_RETURN(std::vector<std::string> strings,
                          GetStrings(question, "stop_strings", kMaxLineBytes));
    request.is_end = eval::EndsAfterAny(model.tokenizer, std::move(strings));
  }
  return request;
}

Answer ToJson(const eval::GenerateResponse& response,
              const eval::Tokenizer& tokenizer) {
  SN37_ASSIGN_OR_RETURN(
      std::string text,
      tokenizer.Decode(response.tokens, eval::SkipSpecial::kYes));
  const bool stopped = response.finish_reason == eval::FinishReason::kStop;
  return json{{"tokens", response.tokens},
              {"text", text},
              {"finish_reason", stopped ? "stop" : "length"}};
}

int Run(absl::Span<const std::string>) {
  absl::StatusOr<Model> model = Load();
  if (!model.ok()) return Fail(model.status());
  constexpr size_t kLinesAtOnce = 256;
  auto to_request = [&](const json& question) {
    return ToRequest(question, *model);
  };
  auto ask = [&](absl::Span<const eval::GenerateRequest> requests,
                 eval::Engine::GenerateDone done) {
    return model->engine->Generate(requests, done);
  };
  auto to_json = [&](const eval::GenerateResponse& response) {
    return ToJson(response, model->tokenizer);
  };
  return AnswerLines(
      std::cin, std::cout, kLinesAtOnce, [&](absl::Span<const json> lines) {
        return AskEngine<eval::GenerateRequest, eval::GenerateResponse>(
            lines, to_request, ask, to_json);
      });
}

}  // namespace

const Verb kGenerate = {
    "generate",
    "greedy continuations (JSON Lines)",
    kHelp,
    {kModelFlagFile, jobs::kHubFlagFile, jobs::kEngineFlagFile},
    Run};

}  // namespace sn37::tools
