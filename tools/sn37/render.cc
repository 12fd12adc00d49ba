// sn37 render: conversations to texts by the model's chat template.
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/tokenizer/tokenizer.h"
#include "jobs/hub_flags.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/messages.h"
#include "tools/sn37/model_flags.h"
#include "tools/sn37/verbs.h"

namespace sn37::tools {
namespace {

using nlohmann::json;

constexpr char kHelp[] = R"(
Conversations to texts by the model's chat template, JSON Lines in and out.

  echo '{"id":1,"messages":[{"role":"user","content":"Hi"}],
         "add_generation_prompt":true}' | tr -d '\n' | sn37 render --model DIR
  {"id":1,"text":"…<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"})";

Answer Render(const eval::Tokenizer& tokenizer, const json& question) {
  SN37_ASSIGN_OR_RETURN(std::vector<eval::ChatMessage> messages,
                        GetMessages(question));
  SN37_ASSIGN_OR_RETURN(bool prompt,
                        GetBoolOr(question, "add_generation_prompt", false));
  SN37_ASSIGN_OR_RETURN(std::string text,
                        tokenizer.ApplyChatTemplate(messages, prompt));
  return json{{"text", text}};
}

absl::StatusOr<int> RenderLines() {
  SN37_ASSIGN_OR_RETURN(std::string folder, ModelFolder());
  SN37_ASSIGN_OR_RETURN(eval::Tokenizer tokenizer,
                        eval::Tokenizer::Load(folder));
  return AnswerEachLine(std::cin, std::cout, [&](const json& question) {
    return Render(tokenizer, question);
  });
}

int Run(absl::Span<const std::string>) {
  absl::StatusOr<int> status = RenderLines();
  return status.ok() ? *status : Fail(status.status());
}

}  // namespace

const Verb kRender = {
    "render",
    "conversations to texts by the chat template (JSON Lines)",
    kHelp,
    {kModelFlagFile, jobs::kHubFlagFile},
    Run};

}  // namespace sn37::tools
