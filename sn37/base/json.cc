#include "sn37/base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

using nlohmann::json;

// The deepest nesting that the brackets outside strings reach. For text that is
// not JSON the answer is of no use, and the parser refuses it afterwards.
int NestingDepth(absl::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

// Builds the document as the library's own handler does, and keeps the place of
// the first error, which a parse without exceptions would otherwise lose.
class Handler : public nlohmann::detail::json_sax_dom_parser<json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<json>;

  Handler(json& document, bool unique_keys)
      : Base(document, false), unique_keys_(unique_keys) {}

  bool start_object(std::size_t elements) {
    keys_.emplace_back();
    return Base::start_object(elements);
  }
  bool key(std::string& name) {
    if (unique_keys_ && !keys_.back().insert(name).second) {
      error_ = absl::StrCat("the key \"", Truncate(Printable(name), 40),
                            "\" occurs twice");
      return false;
    }
    return Base::key(name);
  }
  bool end_object() {
    keys_.pop_back();
    return Base::end_object();
  }

  template <typename Exception>
  bool parse_error(std::size_t position, const std::string& token,
                   const Exception&) {
    error_ = absl::StrCat("error at byte ", position, " near ",
                          Truncate(Printable(token), 40));
    return false;
  }
  const std::string& error() const { return error_; }

 private:
  const bool unique_keys_;
  std::vector<std::unordered_set<std::string>> keys_;  // of the open objects
  std::string error_;
};

absl::Status FieldError(absl::string_view key, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("field \"", Printable(key), "\" ", problem));
}

// The field, which must be there.
absl::StatusOr<const json*> Require(const json& object, absl::string_view key) {
  if (!object.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not a JSON object, so there is no field \"", Printable(key), "\""));
  }
  const auto field = object.find(std::string(key));
  if (field == object.end()) return FieldError(key, "is missing");
  return &*field;
}

// A short harmless form of a value for an error message.
std::string Shown(const json& value) {
  if (value.is_structured()) {
    return absl::StrCat("an ", value.is_array() ? "array" : "object");
  }
  return Truncate(Printable(CanonicalJson(value)), 40);
}

absl::StatusOr<std::string> AsString(const json& value, absl::string_view key,
                                     size_t max_bytes) {
  if (!value.is_string()) {
    return FieldError(key,
                      absl::StrCat("must be a string, not ", Shown(value)));
  }
  const std::string& text = value.get_ref<const std::string&>();
  if (text.size() > max_bytes) {
    return FieldError(
        key, absl::StrCat("has ", text.size(), " bytes, above the limit of ",
                          max_bytes));
  }
  return text;
}

std::string CanonicalDouble(double value) {
  if (!std::isfinite(value)) return "null";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  std::string out(buffer, end);
  if (out.find_first_of(".e") == out.npos) out += ".0";
  return out;
}

std::string CanonicalString(const json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false,
                    json::error_handler_t::replace);
}

void AppendCanonical(const json& value, std::string& out) {
  if (value.is_object()) {
    absl::string_view separator = "{";
    for (const auto& [key, field] : value.items()) {
      absl::StrAppend(&out, separator, CanonicalString(json(key)), ":");
      AppendCanonical(field, out);
      separator = ",";
    }
    out += value.empty() ? "{}" : "}";
  } else if (value.is_array()) {
    absl::string_view separator = "[";
    for (const json& element : value) {
      absl::StrAppend(&out, separator);
      AppendCanonical(element, out);
      separator = ",";
    }
    out += value.empty() ? "[]" : "]";
  } else if (value.is_number_float()) {
    out += CanonicalDouble(value.get<double>());
  } else {
    out += CanonicalString(value);
  }
}

}  // namespace

absl::StatusOr<json> ParseJson(absl::string_view text,
                               const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON of ", text.size(), " bytes is above the limit of ",
                     limits.bytes));
  }
  if (NestingDepth(text) > limits.depth) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON is nested deeper than the limit of ", limits.depth));
  }
  json document;
  Handler handler(document, limits.unique_keys);
  if (!json::sax_parse(text.begin(), text.end(), &handler)) {
    return absl::InvalidArgumentError(
        absl::StrCat("not JSON: ", handler.error()));
  }
  return document;
}

const json* FindField(const json& object, absl::string_view key) {
  const auto field = Require(object, key);
  return !field.ok() || (*field)->is_null() ? nullptr : *field;
}

absl::StatusOr<int64_t> GetInt(const json& object, absl::string_view key,
                               int64_t min, int64_t max) {
  SN37_ASSIGN_OR_RETURN(const json* field, Require(object, key));
  // An unsigned literal above int64 would wrap around in get<int64_t>.
  const bool fits =
      field->is_number_integer() &&
      (!field->is_number_unsigned() ||
       field->get<uint64_t>() <= uint64_t{std::numeric_limits<int64_t>::max()});
  if (!fits || field->get<int64_t>() < min || field->get<int64_t>() > max) {
    return FieldError(key, absl::StrCat("must be an integer from ", min, " to ",
                                        max, ", not ", Shown(*field)));
  }
  return field->get<int64_t>();
}

absl::StatusOr<double> GetDouble(const json& object, absl::string_view key,
                                 double min, double max) {
  SN37_ASSIGN_OR_RETURN(const json* field, Require(object, key));
  if (!field->is_number() || !(field->get<double>() >= min) ||
      !(field->get<double>() <= max)) {
    return FieldError(key, absl::StrCat("must be a number from ", min, " to ",
                                        max, ", not ", Shown(*field)));
  }
  return field->get<double>();
}

absl::StatusOr<bool> GetBool(const json& object, absl::string_view key) {
  SN37_ASSIGN_OR_RETURN(const json* field, Require(object, key));
  if (!field->is_boolean()) {
    return FieldError(
        key, absl::StrCat("must be true or false, not ", Shown(*field)));
  }
  return field->get<bool>();
}

absl::StatusOr<std::string> GetString(const json& object, absl::string_view key,
                                      size_t max_bytes) {
  SN37_ASSIGN_OR_RETURN(const json* field, Require(object, key));
  return AsString(*field, key, max_bytes);
}

absl::StatusOr<std::vector<std::string>> GetStrings(const json& object,
                                                    absl::string_view key,
                                                    size_t max_bytes) {
  SN37_ASSIGN_OR_RETURN(const json* field, Require(object, key));
  if (!field->is_array()) {
    return FieldError(key,
                      absl::StrCat("must be an array, not ", Shown(*field)));
  }
  std::vector<std::string> strings;
  for (const json& element : *field) {
    SN37_ASSIGN_OR_RETURN(
        strings.emplace_back(),
        AsString(element, absl::StrCat(key, "[", strings.size(), "]"),
                 max_bytes));
  }
  return strings;
}

absl::StatusOr<int64_t> GetIntOr(const json& object, absl::string_view key,
                                 int64_t min, int64_t max, int64_t otherwise) {
  if (FindField(object, key) == nullptr) return otherwise;
  return GetInt(object, key, min, max);
}

absl::StatusOr<double> GetDoubleOr(const json& object, absl::string_view key,
                                   double min, double max, double otherwise) {
  if (FindField(object, key) == nullptr) return otherwise;
  return GetDouble(object, key, min, max);
}

absl::StatusOr<bool> GetBoolOr(const json& object, absl::string_view key,
                               bool otherwise) {
  if (FindField(object, key) == nullptr) return otherwise;
  return GetBool(object, key);
}

absl::StatusOr<std::string> GetStringOr(const json& object,
                                        absl::string_view key, size_t max_bytes,
                                        absl::string_view otherwise) {
  if (FindField(object, key) == nullptr) return std::string(otherwise);
  return GetString(object, key, max_bytes);
}

std::string CanonicalJson(const json& value) {
  std::string out;
  AppendCanonical(value, out);
  return out;
}

}  // namespace sn37
