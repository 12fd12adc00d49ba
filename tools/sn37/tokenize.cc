// sn37 tokenize: texts to token ids and back.
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "eval/tokenizer/tokenizer.h"
#include "jobs/hub_flags.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/model_flags.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(bool, special, false,
          "Add the tokenizer's default special tokens to a text; with "
          "--decode, keep special tokens in it.");
ABSL_FLAG(bool, decode, false, "Token ids to texts.");

namespace sn37::tools {
namespace {

using nlohmann::json;

constexpr char kHelp[] = R"(
Texts to token ids and back, JSON Lines in and out.

  echo '{"id":1,"text":"Hello world"}' | sn37 tokenize --model DIR
  {"id":1,"tokens":[19556,905]}

  echo '{"id":1,"tokens":[19556,905]}' | sn37 tokenize --model DIR --decode
  {"id":1,"text":"Hello world"})";

Answer Encode(const eval::Tokenizer& tokenizer, const json& question,
              bool special) {
  SN37_ASSIGN_OR_RETURN(std::string text,
                        GetString(question, "text", kMaxLineBytes));
  SN37_ASSIGN_OR_RETURN(
      std::vector<int32_t> tokens,
      tokenizer.Encode(
          text, special ? eval::AddSpecial::kYes : eval::AddSpecial::kNo));
  return json{{"tokens", tokens}};
}

Answer Decode(const eval::Tokenizer& tokenizer, const json& question,
              bool special) {
  SN37_ASSIGN_OR_RETURN(std::vector<int32_t> tokens,
                        GetTokens(question, "tokens"));
  SN37_ASSIGN_OR_RETURN(
      std::string text,
      tokenizer.Decode(
          tokens, special ? eval::SkipSpecial::kNo : eval::SkipSpecial::kYes));
  return json{{"text", text}};
}

absl::StatusOr<int> Tokenize() {
  SN37_ASSIGN_OR_RETURN(std::string folder, ModelFolder());
  SN37_ASSIGN_OR_RETURN(eval::Tokenizer tokenizer,
                        eval::Tokenizer::Load(folder));
  const auto answer = absl::GetFlag(FLAGS_decode) ? Decode : Encode;
  const bool special = absl::GetFlag(FLAGS_special);
  return AnswerEachLine(std::cin, std::cout, [&](const json& question) {
    return answer(tokenizer, question, special);
  });
}

int Run(absl::Span<const std::string>) {
  absl::StatusOr<int> status = Tokenize();
  return status.ok() ? *status : Fail(status.status());
}

}  // namespace

const Verb kTokenize = {
    "tokenize",
    "texts to token ids and back (JSON Lines)",
    kHelp,
    {kModelFlagFile, jobs::kHubFlagFile, "tools/sn37/tokenize.cc"},
    Run};

}  // namespace sn37::tools
