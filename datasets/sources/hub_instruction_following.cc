// Instruction following from the hub: questions of the subnet's own
// multiple-choice rows, asked without their options under drawn rules
// (sn37/rules). Question k and question k + 1 make a sample, so each is asked
// twice; the right option is the answer from which keyword rules take their
// words. Rows that ParseQuestion (hub_questions.h) cannot read, and those whose
// answer has fewer than two words, are left out.
//
// Parameters: those of hub_rows.h and hub_filter.h, and
//   version  the set of rules, 1 or 2; must be given
#include <utility>

#include "absl/strings/str_split.h"
#include "datasets/json_keys.h"
#include "datasets/row.h"
#include "datasets/sources/hub_filter.h"
#include "datasets/sources/hub_questions.h"
#include "datasets/sources/hub_rows.h"
#include "datasets/sources/sources.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/rules/draw.h"

namespace sn37::datasets {
namespace {

constexpr size_t kMinAnswerWords = 2;

std::optional<AnsweredQuestion> QuestionOf(const nlohmann::json& record) {
  const auto prompt = GetStringOr(record, "challenge", kMaxSampleBytes, "");
  const auto letter = GetStringOr(record, "reference", kMaxSampleBytes, "");
  if (!prompt.ok() || !letter.ok()) return std::nullopt;
  std::optional<AnsweredQuestion> question = ParseQuestion(*prompt, *letter);
  if (!question.has_value()) return std::nullopt;
  const std::vector<absl::string_view> words = absl::StrSplit(
      question->answer, absl::ByAnyChar(" \t\n\r\v\f"), absl::SkipEmpty());
  if (words.size() < kMinAnswerWords || question->question.empty()) {
    return std::nullopt;
  }
  return question;
}

// Makes a sample of each question and the one before it.
class Pairs {
 public:
  Pairs(const SourceContext& context, RowFilter filter, RulesVersion version)
      : seed_(context.seed),
        config_(context.config),
        filter_(std::move(filter)),
        version_(version) {}

  absl::StatusOr<std::optional<Sample>> Map(const nlohmann::json& record) {
    if (!filter_.Accepts(record)) return std::nullopt;
    std::optional<AnsweredQuestion> question = QuestionOf(record);
    if (!question.has_value()) return std::nullopt;
    std::optional<AnsweredQuestion> before =
        std::exchange(before_, std::move(question));
    if (!before.has_value()) return std::nullopt;
    CounterRandom random(seed_, config_, next_++);
    const std::vector<Rule> rules =
        DrawRules(version_, {before->answer, before_->answer}, random);
    Sample sample;
    InstructionFollowing& body = *sample.mutable_instruction_following();
    body.mutable_rules()->Assign(rules.begin(), rules.end());
    SN37_ASSIGN_OR_RETURN(*body.add_prompts(),
                          WritePrompt(rules, 0, before->question));
    SN37_ASSIGN_OR_RETURN(*body.add_prompts(),
                          WritePrompt(rules, 1, before_->question));
    return sample;
  }

 private:
  const Digest seed_;
  const std::string config_;
  const RowFilter filter_;
  const RulesVersion version_;
  std::optional<AnsweredQuestion> before_;
  uint64_t next_ = 0;  // of the samples
};

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(context.parameters,
                {SN37_HUB_PARAMETERS, SN37_FILTER_PARAMETERS, "version"}));
  SN37_ASSIGN_OR_RETURN(const int64_t version,
                        GetInt(context.parameters, "version", 1, 2));
  SN37_ASSIGN_OR_RETURN(RowFilter filter,
                        RowFilter::FromParameters(context.parameters));
  std::vector<std::string> columns = filter.columns();
  columns.insert(columns.end(), {"challenge", "reference"});
  const auto pairs = std::make_shared<Pairs>(
      context, std::move(filter), static_cast<RulesVersion>(version));
  return OpenHubRows(
      context, std::move(columns),
      [pairs](const nlohmann::json& record) { return pairs->Map(record); });
}

}  // namespace

const Source kHubInstructionFollowing = {.name = "hub_instruction_following",
                                         .kind = Sample::kInstructionFollowing,
                                         .endless = false,
                                         .open = Open};

}  // namespace sn37::datasets
