// Instruction following: two prompts under the same rules, a greedy answer to
// each; an answer that follows c of R rules deviates by 1 - (c / R)², counted
// once for every rule.
//
// As the reference does it, in tokens instead of seconds: at most 200 new
// tokens, repetition penalty 1.2, prompts not cut: a model that makes more than
// the sequence length of one has failed. One that answers two different prompts
// almost alike in more than a tenth of the samples voids its task.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "eval/methods/deviation.h"
#include "eval/methods/method.h"
#include "eval/methods/prompt.h"
#include "eval/methods/response.h"
#include "eval/methods/similarity.h"
#include "sn37/base/status_macros.h"
#include "sn37/rules/rules.h"
#include "sn37/rules/unicode.h"

namespace sn37::eval {
namespace {

using datasets::InstructionFollowing;
using datasets::Sample;

constexpr int kPrompts = 2;
constexpr double kDuplicateAbove = 0.6;     // similarity of the two answers
constexpr double kMaxDuplicateShare = 0.1;  // of a task's samples
// Characters of an answer that are compared: 200 tokens of any language, while
// a tokenizer of very long tokens cannot keep us comparing.
constexpr size_t kMaxComparedCharacters = 8192;

absl::Status CheckSample(const Sample& sample) {
  const InstructionFollowing& body = sample.instruction_following();
  if (sample.has_instruction_following() && !body.rules().empty() &&
      body.prompts_size() == kPrompts) {
    return absl::OkStatus();
  }
  return absl::InternalError("the sample is no pair of prompts with rules");
}

absl::StatusOr<SampleRequests> Build(const Sample& sample, int64_t,
                                     const Tokenizer& tokenizer,
                                     const MethodOptions& options) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SampleRequests requests;
  for (const std::string& prompt : sample.instruction_following().prompts()) {
    SN37_ASSIGN_OR_RETURN(std::vector<int32_t> tokens,
                          EncodeChat(tokenizer, Conversation("", prompt),
                                     AddSpecial::kNo, options.salt));
    SN37_ASSIGN_OR_RETURN(requests.generate.emplace_back(),
                          Ask(tokenizer, std::move(tokens), options));
  }
  return requests;
}

bool AreDuplicates(const std::string& a, const std::string& b) {
  const std::u32string first =
      ToCodePoints(a).substr(0, kMaxComparedCharacters);
  const std::u32string second =
      ToCodePoints(b).substr(0, kMaxComparedCharacters);
  return Similarity(first, second) > kDuplicateAbove;
}

absl::StatusOr<SampleScore> Judge(const Sample& sample,
                                  const Responses& responses,
                                  const MethodOptions&) {
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  SN37_RETURN_IF_ERROR(CheckResponseCount(responses, kPrompts));
  const auto& rules = sample.instruction_following().rules();
  SampleScore score;
  for (int prompt = 0; prompt < kPrompts; ++prompt) {
    int satisfied = 0;
    for (const Rule& rule : rules) {
      const auto followed = Satisfied(rule, prompt, responses[prompt].text());
      // The rules are our own writing.
      if (!followed.ok()) {
        return absl::InternalError(followed.status().message());
      }
      satisfied += *followed ? 1 : 0;
    }
    const double deviation = RuleDeviation(satisfied, rules.size());
    for (int i = 0; i < rules.size(); ++i) score.add_items(deviation);
  }
  score.set_duplicate(AreDuplicates(responses[0].text(), responses[1].text()));
  return score;
}

int64_t ItemCount(const Sample& sample) {
  return int64_t{kPrompts} * sample.instruction_following().rules_size();
}

bool IsVoid(absl::Span<const JudgedSample> samples) {
  const auto duplicates = std::count_if(
      samples.begin(), samples.end(), [](const JudgedSample& sample) {
        return sample.score != nullptr && sample.score->duplicate();
      });
  return static_cast<double>(duplicates) >
         kMaxDuplicateShare * static_cast<double>(samples.size());
}

}  // namespace

extern const Method kIfEval;
constinit const Method kIfEval = {
    .name = "if_eval",
    .defaults = {.max_new_tokens = 200, .repetition_penalty = 1.2f},
    .worst = 1,
    .build = Build,
    .judge = Judge,
    .item_count = ItemCount,
    .is_void = IsVoid,
};

}  // namespace sn37::eval
