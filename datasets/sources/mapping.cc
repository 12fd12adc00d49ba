#include "datasets/sources/mapping.h"

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

absl::Status FillChoices(const nlohmann::json& record,
                         const std::string& column, MultipleChoice& body) {
  const nlohmann::json* choices = FindField(record, column);
  if (choices == nullptr) {
    for (const char* letter : {"A", "B", "C", "D"}) body.add_choices(letter);
    return absl::OkStatus();
  }
  if (!choices->is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", column, "\" must be a list"));
  }
  for (const nlohmann::json& choice : *choices) {
    if (!choice.is_string()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", column, "\" must be a list of strings"));
    }
    body.add_choices(choice.get<std::string>());
  }
  return absl::OkStatus();
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
    return absl::InvalidArgumentError(
        absl::StrCat("\"kind\" is \"", Printable(kind),
                     "\"; files hold reference, multiple_choice or text"));
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

absl::StatusOr<std::string> Mapping::Text(const nlohmann::json& record,
                                          const std::string& field) const {
  return GetString(record, Column(field), kMaxSampleBytes);
}

absl::StatusOr<Sample> Mapping::Map(const nlohmann::json& record) const {
  Sample sample;
  switch (kind_) {
    case Sample::kReference: {
      Reference& body = *sample.mutable_reference();
      SN37_ASSIGN_OR_RETURN(
          *body.mutable_system(),
          GetStringOr(record, Column("system"), kMaxSampleBytes, ""));
      SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), Text(record, "prompt"));
      SN37_ASSIGN_OR_RETURN(*body.mutable_reference(),
                            Text(record, "reference"));
      break;
    }
    case Sample::kMultipleChoice: {
      MultipleChoice& body = *sample.mutable_multiple_choice();
      SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(), Text(record, "prompt"));
      SN37_ASSIGN_OR_RETURN(*body.mutable_answer(), Text(record, "answer"));
      SN37_RETURN_IF_ERROR(FillChoices(record, Column("choices"), body));
      break;
    }
    default: {  // FromContext lets only these three through
      SN37_ASSIGN_OR_RETURN(*sample.mutable_text()->mutable_text(),
                            Text(record, "text"));
      break;
    }
  }
  return sample;
}

}  // namespace sn37::datasets
