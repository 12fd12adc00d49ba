#include "datasets/sources/mapping.h"

#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "datasets/json_keys.h"
#include "datasets/row.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr size_t kMaxNameBytes = 1024;

// The body's fields of each kind that files can hold; empty for another kind.
std::vector<std::string> FieldsOf(Sample::BodyCase kind) {
  switch (kind) {
    case Sample::kReference:
      return {"system", "prompt", "reference"};
    case Sample::kMultipleChoice:
      return {"prompt", "choices", "answer"};
    case Sample::kText:
      return {"text"};
    case Sample::kPreference:
      return {"system", "prompt", "chosen", "rejected"};
    case Sample::kFinalAnswer:
      return {"system", "prompt", "answer", "form"};
    case Sample::kRanking:
      return {"system", "prompt", "items", "relevant"};
    default:
      return {};
  }
}

// Names every field and the column that holds it.
absl::StatusOr<std::map<std::string, std::string>> ParseColumns(
    const nlohmann::json& parameters, const std::vector<std::string>& fields) {
  std::map<std::string, std::string> columns;
  for (const std::string& field : fields) columns[field] = field;
  const nlohmann::json* given = FindField(parameters, "columns");
  if (given == nullptr) return columns;
  if (!given->is_object()) {
    return absl::InvalidArgumentError("\"columns\" must be an object");
  }
  for (const auto& [field, unused] : given->items()) {
    if (columns.count(field) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"columns\" names \"", Printable(field),
                       "\"; the kind has ", absl::StrJoin(fields, ", ")));
    }
    SN37_ASSIGN_OR_RETURN(columns[field],
                          GetString(*given, field, kMaxNameBytes));
  }
  return columns;
}

// Null where there is no text of that name.
const absl::string_view* FindText(const FlatRecord& record,
                                  absl::string_view name) {
  for (size_t i = record.size(); i > 0; --i) {
    if (record[i - 1].first == name) return &record[i - 1].second;
  }
  return nullptr;
}

// The array that a text of JSON is.
std::optional<nlohmann::json> ParseList(absl::string_view text) {
  auto parsed = ParseJson(text, {.bytes = kMaxSampleBytes, .depth = 2});
  if (!parsed.ok() || !parsed->is_array()) return std::nullopt;
  return *std::move(parsed);
}

absl::StatusOr<std::string> StringOf(const nlohmann::json& item) {
  if (item.is_string()) return item.get<std::string>();
  return absl::InvalidArgumentError("must hold strings only");
}

}  // namespace

absl::StatusOr<Mapping> Mapping::FromContext(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(context.parameters, {"input", "kind", "columns"}));
  Mapping mapping;
  SN37_ASSIGN_OR_RETURN(std::string kind,
                        GetString(context.parameters, "kind", kMaxNameBytes));
  mapping.kind_ = KindFromName(kind);
  const std::vector<std::string> fields = FieldsOf(mapping.kind_);
  if (fields.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"kind\" is \"", Printable(kind),
        "\"; files hold reference, multiple_choice, text, preference, "
        "final_answer or ranking"));
  }
  SN37_ASSIGN_OR_RETURN(mapping.columns_,
                        ParseColumns(context.parameters, fields));
  SN37_ASSIGN_OR_RETURN(
      std::string input,
      GetStringOr(context.parameters, "input", kMaxNameBytes, "rows"));
  SN37_ASSIGN_OR_RETURN(mapping.files_, FindInput(context, input));
  return mapping;
}

const std::string& Mapping::Column(const std::string& field) const {
  return columns_.at(field);
}

std::vector<std::string> Mapping::columns() const {
  std::set<std::string> columns;
  for (const auto& [field, column] : columns_) columns.insert(column);
  return {columns.begin(), columns.end()};
}

absl::StatusOr<std::string> Mapping::TextOf(const nlohmann::json& record,
                                            const std::string& field) const {
  return GetString(record, Column(field), kMaxSampleBytes);
}

absl::StatusOr<std::string> Mapping::TextOf(const FlatRecord& record,
                                            const std::string& field) const {
  const absl::string_view* text = FindText(record, Column(field));
  if (text == nullptr || text->size() > kMaxSampleBytes) {
    return absl::InvalidArgumentError("is missing or too long");
  }
  return std::string(*text);
}

bool Mapping::Has(const nlohmann::json& record,
                  const std::string& field) const {
  return FindField(record, Column(field)) != nullptr;
}

bool Mapping::Has(const FlatRecord& record, const std::string& field) const {
  return FindText(record, Column(field)) != nullptr;
}

absl::StatusOr<nlohmann::json> Mapping::ListOf(const nlohmann::json& record,
                                               const std::string& field) const {
  const nlohmann::json* found = FindField(record, Column(field));
  if (found == nullptr || found->is_array()) {
    return found == nullptr ? nlohmann::json() : *found;
  }
  if (found->is_string()) {
    const auto list = ParseList(found->get_ref<const std::string&>());
    if (list.has_value()) return *list;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("field \"", Printable(Column(field)), "\" is no list"));
}

absl::StatusOr<nlohmann::json> Mapping::ListOf(const FlatRecord& record,
                                               const std::string& field) const {
  const absl::string_view* text = FindText(record, Column(field));
  if (text == nullptr) return nlohmann::json();
  const auto list = ParseList(*text);
  if (list.has_value()) return *list;
  return absl::InvalidArgumentError("is no list");
}

template <typename Record, typename Body>
absl::Status Mapping::FillSystem(const Record& record, Body& body) const {
  if (!Has(record, "system")) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(*body.mutable_system(), TextOf(record, "system"));
  return absl::OkStatus();
}

template <typename Record>
absl::Status Mapping::Fill(const Record& record, MultipleChoice& body) const {
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), TextOf(record, "prompt"));
  SN37_ASSIGN_OR_RETURN(*body.mutable_answer(), TextOf(record, "answer"));
  SN37_ASSIGN_OR_RETURN(nlohmann::json choices, ListOf(record, "choices"));
  if (choices.is_null()) choices = {"A", "B", "C", "D"};
  for (const nlohmann::json& choice : choices) {
    SN37_ASSIGN_OR_RETURN(*body.add_choices(), StringOf(choice));
  }
  return absl::OkStatus();
}

template <typename Record>
absl::Status Mapping::Fill(const Record& record, Reference& body) const {
  SN37_RETURN_IF_ERROR(FillSystem(record, body));
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), TextOf(record, "prompt"));
  SN37_ASSIGN_OR_RETURN(*body.mutable_reference(), TextOf(record, "reference"));
  return absl::OkStatus();
}

template <typename Record>
absl::Status Mapping::Fill(const Record& record, Text& body) const {
  SN37_ASSIGN_OR_RETURN(*body.mutable_text(), TextOf(record, "text"));
  return absl::OkStatus();
}

template <typename Record>
absl::Status Mapping::Fill(const Record& record, Preference& body) const {
  SN37_RETURN_IF_ERROR(FillSystem(record, body));
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), TextOf(record, "prompt"));
  SN37_ASSIGN_OR_RETURN(*body.mutable_chosen(), TextOf(record, "chosen"));
  SN37_ASSIGN_OR_RETURN(*body.mutable_rejected(), TextOf(record, "rejected"));
  return absl::OkStatus();
}

template <typename Record>
absl::Status Mapping::Fill(const Record& record, FinalAnswer& body) const {
  SN37_RETURN_IF_ERROR(FillSystem(record, body));
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), TextOf(record, "prompt"));
  SN37_ASSIGN_OR_RETURN(*body.mutable_answer(), TextOf(record, "answer"));
  std::string name = "text";
  if (Has(record, "form")) {
    SN37_ASSIGN_OR_RETURN(name, TextOf(record, "form"));
  }
  const std::optional<FinalAnswer::Form> form = FormFromName(name);
  if (!form.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the form \"", Truncate(Printable(name), 40),
                     "\" is not text, number or set"));
  }
  body.set_form(*form);
  return absl::OkStatus();
}

template <typename Record>
absl::Status Mapping::Fill(const Record& record, Ranking& body) const {
  SN37_RETURN_IF_ERROR(FillSystem(record, body));
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), TextOf(record, "prompt"));
  SN37_ASSIGN_OR_RETURN(const nlohmann::json items, ListOf(record, "items"));
  for (const nlohmann::json& item : items) {
    SN37_ASSIGN_OR_RETURN(*body.add_items(), StringOf(item));
  }
  SN37_ASSIGN_OR_RETURN(const nlohmann::json places,
                        ListOf(record, "relevant"));
  for (const nlohmann::json& place : places) {
    const nlohmann::json holder = {{"relevant", place}};
    SN37_ASSIGN_OR_RETURN(
        const int64_t value,
        GetInt(holder, "relevant", 0, std::numeric_limits<int32_t>::max()));
    body.add_relevant(static_cast<int32_t>(value));
  }
  return absl::OkStatus();
}

template <typename Record>
absl::StatusOr<Sample> Mapping::MapRecord(const Record& record) const {
  Sample sample;
  absl::Status status;
  switch (kind_) {
    case Sample::kMultipleChoice:
      status = Fill(record, *sample.mutable_multiple_choice());
      break;
    case Sample::kReference:
      status = Fill(record, *sample.mutable_reference());
      break;
    case Sample::kPreference:
      status = Fill(record, *sample.mutable_preference());
      break;
    case Sample::kFinalAnswer:
      status = Fill(record, *sample.mutable_final_answer());
      break;
    case Sample::kRanking:
      status = Fill(record, *sample.mutable_ranking());
      break;
    default:  // FromContext lets no other through
      status = Fill(record, *sample.mutable_text());
      break;
  }
  SN37_RETURN_IF_ERROR(status);
  return sample;
}

absl::StatusOr<Sample> Mapping::Map(const nlohmann::json& record) const {
  return MapRecord(record);
}

absl::StatusOr<Sample> Mapping::Map(const FlatRecord& record) const {
  return MapRecord(record);
}

}  // namespace sn37::datasets
