#include "datasets/row.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "datasets/rules_json.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/rules/rules.h"

namespace sn37::datasets {
namespace {

constexpr Column kColumns[] = {
    {"config", &Row::config, nullptr},
    {"system", &Row::system, nullptr},
    {"prompts", nullptr, &Row::prompts},
    {"reference", &Row::reference, nullptr},
    {"choices", nullptr, &Row::choices},
    {"answer", &Row::answer, nullptr},
    {"text", &Row::text, nullptr},
    {"rules", &Row::rules, nullptr},
};

// The kinds and the columns that each demands and allows beside "config".
struct Kind {
  Sample::BodyCase body;
  absl::string_view name;
  std::vector<absl::string_view> needed;
  std::vector<absl::string_view> allowed;
};

const std::vector<Kind>& Kinds() {
  static const auto& kinds = *new std::vector<Kind>{
      {Sample::kMultipleChoice,
       "multiple_choice",
       {"prompts", "choices", "answer"},
       {}},
      {Sample::kReference, "reference", {"prompts", "reference"}, {"system"}},
      {Sample::kText, "text", {"text"}, {}},
      {Sample::kInstructionFollowing,
       "instruction_following",
       {"prompts", "rules"},
       {}},
  };
  return kinds;
}

bool Contains(const std::vector<absl::string_view>& names,
              absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status Invalid(absl::string_view what, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(what, " ", why));
}

// Text that a method needs: not empty, valid UTF-8.
absl::Status CheckText(absl::string_view field, absl::string_view text) {
  if (text.empty()) return Invalid(field, "is empty");
  if (!IsValidUtf8(text)) return Invalid(field, "is not valid UTF-8");
  return absl::OkStatus();
}

absl::Status CheckBody(const MultipleChoice& body) {
  SN37_RETURN_IF_ERROR(CheckText("prompt", body.prompt()));
  std::set<absl::string_view> different;
  for (const std::string& choice : body.choices()) {
    SN37_RETURN_IF_ERROR(CheckText("choice", choice));
    if (!different.insert(choice).second) {
      return Invalid("choices", "hold the same text twice");
    }
  }
  if (different.size() < 2) return Invalid("choices", "must be two or more");
  if (different.count(body.answer()) == 0) {
    return Invalid("answer", "is not one of the choices");
  }
  return absl::OkStatus();
}

absl::Status CheckBody(const Reference& body) {
  if (!IsValidUtf8(body.system())) {
    return Invalid("system", "is not valid UTF-8");
  }
  SN37_RETURN_IF_ERROR(CheckText("prompt", body.prompt()));
  return CheckText("reference", body.reference());
}

absl::Status CheckBody(const InstructionFollowing& body) {
  if (body.prompts_size() != 2) return Invalid("prompts", "must be two");
  for (const std::string& prompt : body.prompts()) {
    SN37_RETURN_IF_ERROR(CheckText("prompt", prompt));
  }
  if (body.rules().empty()) return Invalid("rules", "are empty");
  for (const Rule& rule : body.rules()) {
    SN37_RETURN_IF_ERROR(Annotate(Validate(rule), "rules"));
    // Each prompt needs its keyword, which Validate does not ask for.
    for (int prompt : {0, 1}) {
      if (const auto judged = Satisfied(rule, prompt, ""); !judged.ok()) {
        return Invalid("rules:", judged.status().message());
      }
    }
  }
  return absl::OkStatus();
}

bool HasCell(const Row& row, const Column& column) {
  return column.text != nullptr ? (row.*column.text).has_value()
                                : (row.*column.list).has_value();
}

absl::Status CheckCells(const Row& row, const Kind& kind) {
  for (const Column& column : kColumns) {
    const bool has = HasCell(row, column);
    if (column.text != nullptr && has && (row.*column.text)->empty()) {
      return Invalid(absl::StrCat("column \"", column.name, "\""),
                     "is empty and not null");
    }
    const bool needed =
        column.name == "config" || Contains(kind.needed, column.name);
    if (needed && !has) {
      return Invalid(absl::StrCat("column \"", column.name, "\""),
                     absl::StrCat("is null in a ", kind.name, " row"));
    }
    if (has && !needed && !Contains(kind.allowed, column.name)) {
      return Invalid(absl::StrCat("column \"", column.name, "\""),
                     absl::StrCat("has a value in a ", kind.name, " row"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> OnlyPrompt(const Row& row) {
  if (row.prompts->size() != 1) return Invalid("prompts", "must be one");
  return row.prompts->front();
}

}  // namespace

absl::Span<const Column> Columns() { return kColumns; }

absl::string_view KindName(Sample::BodyCase kind) {
  for (const Kind& known : Kinds()) {
    if (known.body == kind) return known.name;
  }
  return "";
}

Sample::BodyCase KindFromName(absl::string_view name) {
  for (const Kind& known : Kinds()) {
    if (known.name == name) return known.body;
  }
  return Sample::BODY_NOT_SET;
}

absl::Status CheckSample(const Sample& sample) {
  if (sample.ByteSizeLong() > kMaxSampleBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", sample.ByteSizeLong(), " bytes; at most ",
                     kMaxSampleBytes, " are allowed"));
  }
  switch (sample.body_case()) {
    case Sample::kMultipleChoice:
      return CheckBody(sample.multiple_choice());
    case Sample::kReference:
      return CheckBody(sample.reference());
    case Sample::kText:
      return CheckText("text", sample.text().text());
    case Sample::kInstructionFollowing:
      return CheckBody(sample.instruction_following());
    case Sample::BODY_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("sample without a body");
}

Row ToRow(const Sample& sample, absl::string_view config) {
  Row row;
  row.config = std::string(config);
  switch (sample.body_case()) {
    case Sample::kMultipleChoice: {
      const MultipleChoice& body = sample.multiple_choice();
      row.prompts = {body.prompt()};
      row.choices.emplace(body.choices().begin(), body.choices().end());
      row.answer = body.answer();
      break;
    }
    case Sample::kReference: {
      const Reference& body = sample.reference();
      if (!body.system().empty()) row.system = body.system();
      row.prompts = {body.prompt()};
      row.reference = body.reference();
      break;
    }
    case Sample::kText:
      row.text = sample.text().text();
      break;
    case Sample::kInstructionFollowing: {
      const InstructionFollowing& body = sample.instruction_following();
      row.prompts.emplace(body.prompts().begin(), body.prompts().end());
      row.rules = RulesToJson(body.rules());
      break;
    }
    case Sample::BODY_NOT_SET:
      SN37_CHECK(false) << "sample without a body";
  }
  return row;
}

absl::StatusOr<Sample> FromRow(const Row& row, Sample::BodyCase kind) {
  const auto& kinds = Kinds();
  const auto known = std::find_if(
      kinds.begin(), kinds.end(),
      [kind](const Kind& candidate) { return candidate.body == kind; });
  SN37_CHECK(known != kinds.end()) << "no kind " << kind;
  SN37_RETURN_IF_ERROR(CheckCells(row, *known));
  Sample sample;
  switch (kind) {
    case Sample::kMultipleChoice: {
      MultipleChoice& body = *sample.mutable_multiple_choice();
      SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), OnlyPrompt(row));
      body.mutable_choices()->Assign(row.choices->begin(), row.choices->end());
      body.set_answer(*row.answer);
      break;
    }
    case Sample::kReference: {
      Reference& body = *sample.mutable_reference();
      body.set_system(row.system.value_or(""));
      SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), OnlyPrompt(row));
      body.set_reference(*row.reference);
      break;
    }
    case Sample::kText:
      sample.mutable_text()->set_text(*row.text);
      break;
    case Sample::kInstructionFollowing: {
      InstructionFollowing& body = *sample.mutable_instruction_following();
      body.mutable_prompts()->Assign(row.prompts->begin(), row.prompts->end());
      absl::StatusOr<Rules> rules = RulesFromJson(*row.rules);
      SN37_RETURN_IF_ERROR(Annotate(rules.status(), "rules"));
      *body.mutable_rules() = *std::move(rules);
      break;
    }
    case Sample::BODY_NOT_SET:
      break;
  }
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  return sample;
}

}  // namespace sn37::datasets
