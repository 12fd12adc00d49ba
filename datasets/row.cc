#include "datasets/row.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "datasets/rules_json.h"
#include "datasets/utf8.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"
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

constexpr std::pair<FinalAnswer::Form, absl::string_view> kForms[] = {
    {FinalAnswer::TEXT, "text"},
    {FinalAnswer::NUMBER, "number"},
    {FinalAnswer::SET, "set"},
};

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
  if (!IsUtf8(text)) return Invalid(field, "is not valid UTF-8");
  return absl::OkStatus();
}

// Different texts, at least `at_least`.
template <typename Texts>
absl::Status CheckTexts(absl::string_view field, const Texts& texts,
                        size_t at_least) {
  std::set<absl::string_view> different;
  for (const std::string& text : texts) {
    SN37_RETURN_IF_ERROR(CheckText(field, text));
    if (!different.insert(text).second) {
      return Invalid(field, "holds the same text twice");
    }
  }
  if (different.size() < at_least) {
    return Invalid(field,
                   absl::StrCat("must have ", at_least, " texts or more"));
  }
  return absl::OkStatus();
}

using RepeatedTexts = google::protobuf::RepeatedPtrField<std::string>;

// The texts, moved out of a sample.
template <typename... Text>
std::vector<std::string> TakeTexts(Text*... texts) {
  std::vector<std::string> moved;
  (moved.push_back(std::move(*texts)), ...);
  return moved;
}

std::vector<std::string> TakeTexts(RepeatedTexts& texts) {
  return {std::make_move_iterator(texts.begin()),
          std::make_move_iterator(texts.end())};
}

void SetTexts(std::vector<std::string>& texts, RepeatedTexts& moved) {
  for (std::string& text : texts) moved.Add(std::move(text));
}

absl::StatusOr<std::string> OnlyPrompt(Row& row) {
  if (row.prompts->size() != 1) return Invalid("prompts", "must be one");
  return std::move(row.prompts->front());
}

// What the kinds share that have an optional system message and a prompt.
template <typename Body>
absl::Status CheckConversation(const Body& body) {
  if (!IsUtf8(body.system())) {
    return Invalid("system", "is not valid UTF-8");
  }
  return CheckText("prompt", body.prompt());
}

template <typename Body>
void ConversationToRow(Body& body, Row& row) {
  if (!body.system().empty()) row.system = std::move(*body.mutable_system());
  row.prompts = TakeTexts(body.mutable_prompt());
}

template <typename Body>
absl::Status ConversationFromRow(Row& row, Body& body) {
  if (row.system.has_value()) body.set_system(std::move(*row.system));
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), OnlyPrompt(row));
  return absl::OkStatus();
}

// ---- For each kind: whether a method can use it, its cells, and back --------
// FromRow's rows have the cells that the table of kinds demands.

absl::Status Check(const MultipleChoice& body) {
  SN37_RETURN_IF_ERROR(CheckText("prompt", body.prompt()));
  SN37_RETURN_IF_ERROR(CheckTexts("choices", body.choices(), 2));
  if (std::count(body.choices().begin(), body.choices().end(), body.answer()) ==
      0) {
    return Invalid("answer", "is not one of the choices");
  }
  return absl::OkStatus();
}

void FillRow(MultipleChoice& body, Row& row) {
  row.prompts = TakeTexts(body.mutable_prompt());
  row.choices = TakeTexts(*body.mutable_choices());
  row.answer = std::move(*body.mutable_answer());
}

absl::Status FillBody(Row& row, MultipleChoice& body) {
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), OnlyPrompt(row));
  SetTexts(*row.choices, *body.mutable_choices());
  body.set_answer(std::move(*row.answer));
  return absl::OkStatus();
}

absl::Status Check(const Reference& body) {
  SN37_RETURN_IF_ERROR(CheckConversation(body));
  return CheckText("reference", body.reference());
}

void FillRow(Reference& body, Row& row) {
  ConversationToRow(body, row);
  row.reference = std::move(*body.mutable_reference());
}

absl::Status FillBody(Row& row, Reference& body) {
  body.set_reference(std::move(*row.reference));
  return ConversationFromRow(row, body);
}

absl::Status Check(const Text& body) { return CheckText("text", body.text()); }

void FillRow(Text& body, Row& row) {
  row.text = std::move(*body.mutable_text());
}

absl::Status FillBody(Row& row, Text& body) {
  body.set_text(std::move(*row.text));
  return absl::OkStatus();
}

absl::Status Check(const InstructionFollowing& body) {
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

void FillRow(InstructionFollowing& body, Row& row) {
  row.prompts = TakeTexts(*body.mutable_prompts());
  row.rules = RulesToJson(body.rules());
}

absl::Status FillBody(Row& row, InstructionFollowing& body) {
  SetTexts(*row.prompts, *body.mutable_prompts());
  absl::StatusOr<Rules> rules = RulesFromJson(*row.rules);
  SN37_RETURN_IF_ERROR(Annotate(rules.status(), "rules"));
  *body.mutable_rules() = *std::move(rules);
  return absl::OkStatus();
}

absl::Status Check(const Preference& body) {
  SN37_RETURN_IF_ERROR(CheckConversation(body));
  SN37_RETURN_IF_ERROR(CheckText("chosen", body.chosen()));
  SN37_RETURN_IF_ERROR(CheckText("rejected", body.rejected()));
  if (body.chosen() == body.rejected()) {
    return Invalid("rejected", "equals chosen");
  }
  return absl::OkStatus();
}

void FillRow(Preference& body, Row& row) {
  ConversationToRow(body, row);
  row.choices = TakeTexts(body.mutable_chosen(), body.mutable_rejected());
}

absl::Status FillBody(Row& row, Preference& body) {
  if (row.choices->size() != 2) return Invalid("choices", "must be two");
  body.set_chosen(std::move((*row.choices)[0]));
  body.set_rejected(std::move((*row.choices)[1]));
  return ConversationFromRow(row, body);
}

absl::Status Check(const FinalAnswer& body) {
  SN37_RETURN_IF_ERROR(CheckConversation(body));
  if (FormName(body.form()).empty()) return Invalid("form", "is unknown");
  return CheckText("answer", body.answer());
}

void FillRow(FinalAnswer& body, Row& row) {
  ConversationToRow(body, row);
  row.answer = std::move(*body.mutable_answer());
  row.rules = std::string(FormName(body.form()));
}

absl::Status FillBody(Row& row, FinalAnswer& body) {
  const std::optional<FinalAnswer::Form> form = FormFromName(*row.rules);
  if (!form.has_value()) return Invalid("rules", "is no form of an answer");
  body.set_form(*form);
  body.set_answer(std::move(*row.answer));
  return ConversationFromRow(row, body);
}

absl::Status Check(const Ranking& body) {
  SN37_RETURN_IF_ERROR(CheckConversation(body));
  SN37_RETURN_IF_ERROR(CheckTexts("items", body.items(), 2));
  int32_t before = -1;
  for (int32_t place : body.relevant()) {
    if (place <= before || place >= body.items_size()) {
      return Invalid("relevant", "must be places in items, ascending");
    }
    before = place;
  }
  return before < 0 ? Invalid("relevant", "is empty") : absl::OkStatus();
}

void FillRow(Ranking& body, Row& row) {
  ConversationToRow(body, row);
  row.choices = TakeTexts(*body.mutable_items());
  row.answer = absl::StrJoin(body.relevant(), ",");
}

absl::Status FillBody(Row& row, Ranking& body) {
  SetTexts(*row.choices, *body.mutable_items());
  for (absl::string_view text : absl::StrSplit(*row.answer, ',')) {
    int32_t place;
    if (!absl::SimpleAtoi(text, &place) || absl::StrCat(place) != text) {
      return Invalid("answer", "must be numbers with commas between them");
    }
    body.add_relevant(place);
  }
  return ConversationFromRow(row, body);
}

// ---- The table of kinds -----------------------------------------------------

struct Kind {
  Sample::BodyCase body;
  absl::string_view name;
  std::vector<absl::string_view> needed;   // columns, beside "config"
  std::vector<absl::string_view> allowed;  // further ones
  absl::Status (*check)(const Sample& sample);
  void (*fill_row)(Sample& sample, Row& row);
  absl::Status (*fill_body)(Row& row, Sample& sample);
};

template <auto kBody, auto kMutableBody>
Kind MakeKind(Sample::BodyCase body, absl::string_view name,
              std::vector<absl::string_view> needed,
              std::vector<absl::string_view> allowed) {
  return {
      body,
      name,
      std::move(needed),
      std::move(allowed),
      [](const Sample& sample) { return Check((sample.*kBody)()); },
      [](Sample& sample, Row& row) { FillRow(*(sample.*kMutableBody)(), row); },
      [](Row& row, Sample& sample) {
        return FillBody(row, *(sample.*kMutableBody)());
      }};
}

const std::vector<Kind>& Kinds() {
  static const auto& kinds = *new std::vector<Kind>{
      MakeKind<&Sample::multiple_choice, &Sample::mutable_multiple_choice>(
          Sample::kMultipleChoice, "multiple_choice",
          {"prompts", "choices", "answer"}, {}),
      MakeKind<&Sample::reference, &Sample::mutable_reference>(
          Sample::kReference, "reference", {"prompts", "reference"},
          {"system"}),
      MakeKind<&Sample::text, &Sample::mutable_text>(Sample::kText, "text",
                                                     {"text"}, {}),
      MakeKind<&Sample::instruction_following,
               &Sample::mutable_instruction_following>(
          Sample::kInstructionFollowing, "instruction_following",
          {"prompts", "rules"}, {}),
      MakeKind<&Sample::preference, &Sample::mutable_preference>(
          Sample::kPreference, "preference", {"prompts", "choices"},
          {"system"}),
      MakeKind<&Sample::final_answer, &Sample::mutable_final_answer>(
          Sample::kFinalAnswer, "final_answer", {"prompts", "answer", "rules"},
          {"system"}),
      MakeKind<&Sample::ranking, &Sample::mutable_ranking>(
          Sample::kRanking, "ranking", {"prompts", "choices", "answer"},
          {"system"}),
  };
  return kinds;
}

const Kind* FindKind(Sample::BodyCase body) {
  for (const Kind& kind : Kinds()) {
    if (kind.body == body) return &kind;
  }
  return nullptr;
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

}  // namespace

absl::Span<const Column> Columns() { return kColumns; }

absl::string_view KindName(Sample::BodyCase kind) {
  const Kind* known = FindKind(kind);
  return known == nullptr ? "" : known->name;
}

Sample::BodyCase KindFromName(absl::string_view name) {
  for (const Kind& known : Kinds()) {
    if (known.name == name) return known.body;
  }
  return Sample::BODY_NOT_SET;
}

absl::string_view FormName(FinalAnswer::Form form) {
  for (const auto& [known, name] : kForms) {
    if (known == form) return name;
  }
  return "";
}

std::optional<FinalAnswer::Form> FormFromName(absl::string_view name) {
  for (const auto& [form, known] : kForms) {
    if (known == name) return form;
  }
  return std::nullopt;
}

absl::Status CheckSample(const Sample& sample) {
  if (sample.ByteSizeLong() > kMaxSampleBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", sample.ByteSizeLong(), " bytes; at most ",
                     kMaxSampleBytes, " are allowed"));
  }
  const Kind* kind = FindKind(sample.body_case());
  if (kind == nullptr) {
    return absl::InvalidArgumentError("sample without a body");
  }
  return kind->check(sample);
}

Row ToRow(Sample sample, absl::string_view config) {
  const Kind* kind = FindKind(sample.body_case());
  SN37_CHECK(kind != nullptr) << "sample without a body";
  Row row;
  row.config = std::string(config);
  kind->fill_row(sample, row);
  return row;
}

absl::StatusOr<Sample> FromRow(Row row, Sample::BodyCase kind) {
  const Kind* known = FindKind(kind);
  SN37_CHECK(known != nullptr) << "no kind " << kind;
  SN37_RETURN_IF_ERROR(CheckCells(row, *known));
  Sample sample;
  SN37_RETURN_IF_ERROR(known->fill_body(row, sample));
  SN37_RETURN_IF_ERROR(CheckSample(sample));
  return sample;
}

}  // namespace sn37::datasets
