#include "datasets/sources/records.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "arrow/array.h"
#include "arrow/scalar.h"
#include "arrow/type.h"
#include "arrow/type_traits.h"
#include "datasets/arrow_status.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

bool IsText(arrow::Type::type type) {
  return arrow::is_string(type) || type == arrow::Type::STRING_VIEW;
}

arrow::Result<json> ToJson(const arrow::Scalar& scalar);

arrow::Result<json> ListToJson(const arrow::Array& items) {
  json list = json::array();
  for (int64_t i = 0; i < items.length(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto item, items.GetScalar(i));
    ARROW_ASSIGN_OR_RAISE(json value, ToJson(*item));
    list.push_back(std::move(value));
  }
  return list;
}

arrow::Result<json> StructToJson(const arrow::StructScalar& scalar) {
  json object = json::object();
  for (size_t i = 0; i < scalar.value.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(
        object[scalar.type->field(static_cast<int>(i))->name()],
        ToJson(*scalar.value[i]));
  }
  return object;
}

arrow::Result<json> ToJson(const arrow::Scalar& scalar) {
  const arrow::Type::type type = scalar.type->id();
  if (!scalar.is_valid) return json();
  if (IsText(type)) {
    return json(std::string(
        static_cast<const arrow::BaseBinaryScalar&>(scalar).view()));
  }
  if (arrow::is_list_like(type) && type != arrow::Type::MAP) {
    return ListToJson(*static_cast<const arrow::BaseListScalar&>(scalar).value);
  }
  if (type == arrow::Type::STRUCT) {
    return StructToJson(static_cast<const arrow::StructScalar&>(scalar));
  }
  if (type == arrow::Type::DICTIONARY) {
    ARROW_ASSIGN_OR_RAISE(
        auto value,
        static_cast<const arrow::DictionaryScalar&>(scalar).GetEncodedValue());
    return ToJson(*value);
  }
  if (type == arrow::Type::BOOL) {
    return json(static_cast<const arrow::BooleanScalar&>(scalar).value);
  }
  if (arrow::is_integer(type)) {
    ARROW_ASSIGN_OR_RAISE(auto value, scalar.CastTo(arrow::int64()));
    return json(static_cast<const arrow::Int64Scalar&>(*value).value);
  }
  if (arrow::is_floating(type)) {
    ARROW_ASSIGN_OR_RAISE(auto value, scalar.CastTo(arrow::float64()));
    return json(static_cast<const arrow::DoubleScalar&>(*value).value);
  }
  return arrow::Status::TypeError("is of type ", scalar.type->ToString(),
                                  ", which no sample has");
}

}  // namespace

std::optional<FlatRecord> FlatRecordOf(const arrow::RecordBatch& batch,
                                       int64_t row) {
  FlatRecord record;
  for (int c = 0; c < batch.num_columns(); ++c) {
    const arrow::Array& cells = *batch.column(c);
    std::string_view text;
    if (cells.type_id() == arrow::Type::STRING) {
      text = static_cast<const arrow::StringArray&>(cells).GetView(row);
    } else if (cells.type_id() == arrow::Type::LARGE_STRING) {
      text = static_cast<const arrow::LargeStringArray&>(cells).GetView(row);
    } else {
      return std::nullopt;
    }
    if (cells.IsNull(row)) continue;
    record.emplace_back(batch.column_name(c),
                        absl::string_view(text.data(), text.size()));
  }
  return record;
}

absl::StatusOr<nlohmann::json> RecordOf(const arrow::RecordBatch& batch,
                                        int64_t row) {
  json record = json::object();
  for (int c = 0; c < batch.num_columns(); ++c) {
    const absl::Status status = RunArrow([&]() -> arrow::Status {
      ARROW_ASSIGN_OR_RAISE(auto cell, batch.column(c)->GetScalar(row));
      ARROW_ASSIGN_OR_RAISE(record[batch.column_name(c)], ToJson(*cell));
      return arrow::Status::OK();
    });
    SN37_RETURN_IF_ERROR(Annotate(
        status,
        absl::StrCat("column \"", Printable(batch.column_name(c)), "\"")));
  }
  return record;
}

}  // namespace sn37::datasets
