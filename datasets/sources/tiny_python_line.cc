#include "datasets/sources/tiny_python_line.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

// Words that a name may not be.
constexpr absl::string_view kReserved[] = {
    "and",   "as",     "assert", "async",    "await",   "break",  "class",
    "def",   "del",    "elif",   "else",     "except",  "for",    "from",
    "if",    "import", "in",     "is",       "lambda",  "not",    "or",
    "pass",  "raise",  "return", "try",      "while",   "with",   "yield",
    "print", "range",  "len",    "sum",      "max",     "min",    "abs",
    "False", "None",   "True",   "continue", "finally", "global", "nonlocal"};

bool IsWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", Printable(text), "\"");
}

absl::StatusOr<TinyValue> SumOf(const TinyList& list) {
  int64_t sum = 0;
  for (int64_t item : list) {
    SN37_ASSIGN_OR_RETURN(sum, Calculate(sum, "+", item));
  }
  return sum;
}

}  // namespace

absl::Status NotInLanguage(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is not in the language"));
}

absl::StatusOr<int64_t> NumberOf(const TinyValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  return NotInLanguage("a list where a number must be");
}

absl::StatusOr<TinyList> ListOf(TinyValue value) {
  if (auto* list = std::get_if<TinyList>(&value)) return std::move(*list);
  return NotInLanguage("a number where a list must be");
}

absl::StatusOr<int64_t> Calculate(int64_t a, absl::string_view op, int64_t b) {
  int64_t result = 0;
  bool overflow = false;
  if (op == "+") {
    overflow = __builtin_add_overflow(a, b, &result);
  } else if (op == "-") {
    overflow = __builtin_sub_overflow(a, b, &result);
  } else if (op == "*") {
    overflow = __builtin_mul_overflow(a, b, &result);
  } else {
    if (b == 0) return absl::OutOfRangeError("division by zero");
    overflow = b == -1 && a == INT64_MIN;
    if (!overflow) {
      const bool rounds = a % b != 0 && (a < 0) != (b < 0);
      result = op == "//" ? a / b - rounds : a % b + (rounds ? b : 0);
    }
  }
  if (overflow) return absl::OutOfRangeError("a number is too large");
  return result;
}

std::string Written(const TinyValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return absl::StrCat(*number);
  }
  return absl::StrCat("[", absl::StrJoin(std::get<TinyList>(value), ", "), "]");
}

LineParser::LineParser(absl::string_view text, const TinyNames& names)
    : rest_(text), names_(names) {
  SkipSpace();
}

void LineParser::SkipSpace() {
  while (absl::ConsumePrefix(&rest_, " ")) continue;
}

bool LineParser::Take(absl::string_view token) {
  if (!absl::StartsWith(rest_, token)) return false;
  if (IsWord(token.back()) && rest_.size() > token.size() &&
      IsWord(rest_[token.size()])) {
    return false;
  }
  rest_.remove_prefix(token.size());
  SkipSpace();
  return true;
}

absl::Status LineParser::Expect(absl::string_view token) {
  if (Take(token)) return absl::OkStatus();
  return NotInLanguage(Quoted(rest_));
}

absl::Status LineParser::End() const {
  return rest_.empty() ? absl::OkStatus() : NotInLanguage(Quoted(rest_));
}

absl::string_view LineParser::Operator(
    std::initializer_list<absl::string_view> operators) {
  for (absl::string_view op : operators) {
    if (Take(op)) return op;
  }
  return "";
}

absl::StatusOr<std::string> LineParser::Word() {
  size_t size = 0;
  while (size < rest_.size() && IsWord(rest_[size])) ++size;
  if (size == 0) return NotInLanguage(Quoted(rest_));
  const std::string word(rest_.substr(0, size));
  rest_.remove_prefix(size);
  SkipSpace();
  return word;
}

absl::StatusOr<std::string> LineParser::Name() {
  SN37_ASSIGN_OR_RETURN(std::string name, Word());
  if (absl::ascii_isdigit(name[0]) || absl::c_linear_search(kReserved, name)) {
    return NotInLanguage(absl::StrCat("the name ", name));
  }
  return name;
}

absl::StatusOr<TinyValue> LineParser::Expression() {
  if (++nesting_ > kMaxTinyNesting) return NotInLanguage("so deep a nesting");
  SN37_ASSIGN_OR_RETURN(TinyValue left, Product());
  while (true) {
    const absl::string_view op = Operator({"+", "-"});
    if (op.empty()) break;
    SN37_RETURN_IF_ERROR(Apply(op, left));
  }
  --nesting_;
  return left;
}

absl::StatusOr<bool> LineParser::Condition() {
  SN37_ASSIGN_OR_RETURN(const TinyValue left, Expression());
  const absl::string_view op = Operator({"==", "!=", "<=", ">=", "<", ">"});
  if (op.empty()) return NotInLanguage("a condition without comparison");
  SN37_ASSIGN_OR_RETURN(const TinyValue right, Expression());
  SN37_ASSIGN_OR_RETURN(const int64_t a, NumberOf(left));
  SN37_ASSIGN_OR_RETURN(const int64_t b, NumberOf(right));
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<=") return a <= b;
  if (op == ">=") return a >= b;
  return op == "<" ? a < b : a > b;
}

absl::StatusOr<std::vector<TinyValue>> LineParser::Arguments(
    absl::string_view close) {
  std::vector<TinyValue> values;
  if (Take(close)) return values;
  do {
    SN37_ASSIGN_OR_RETURN(TinyValue value, Expression());
    values.push_back(std::move(value));
  } while (Take(","));
  SN37_RETURN_IF_ERROR(Expect(close));
  return values;
}

absl::Status LineParser::Apply(absl::string_view op, TinyValue& left) {
  SN37_ASSIGN_OR_RETURN(const TinyValue right,
                        op == "+" || op == "-" ? Product() : Unary());
  SN37_ASSIGN_OR_RETURN(const int64_t a, NumberOf(left));
  SN37_ASSIGN_OR_RETURN(const int64_t b, NumberOf(right));
  SN37_ASSIGN_OR_RETURN(left, Calculate(a, op, b));
  return absl::OkStatus();
}

absl::StatusOr<TinyValue> LineParser::Product() {
  SN37_ASSIGN_OR_RETURN(TinyValue left, Unary());
  while (true) {
    const absl::string_view op = Operator({"//", "*", "%"});
    if (op.empty()) return left;
    SN37_RETURN_IF_ERROR(Apply(op, left));
  }
}

absl::StatusOr<TinyValue> LineParser::Unary() {
  if (!Take("-")) return Primary();
  if (++nesting_ > kMaxTinyNesting) return NotInLanguage("so deep a nesting");
  SN37_ASSIGN_OR_RETURN(const TinyValue value, Unary());
  --nesting_;
  SN37_ASSIGN_OR_RETURN(const int64_t number, NumberOf(value));
  SN37_ASSIGN_OR_RETURN(const int64_t negative, Calculate(0, "-", number));
  return negative;
}

absl::StatusOr<TinyValue> LineParser::Primary() {
  if (Take("(")) {
    SN37_ASSIGN_OR_RETURN(TinyValue value, Expression());
    SN37_RETURN_IF_ERROR(Expect(")"));
    return value;
  }
  if (Take("[")) return ListLiteral();
  if (!rest_.empty() && absl::ascii_isdigit(rest_[0])) return Number();
  SN37_ASSIGN_OR_RETURN(const std::string word, Word());
  if (Take("(")) return Call(word);
  const auto found = names_.find(word);
  if (found == names_.end()) {
    return NotInLanguage(absl::StrCat("the unset name ", word));
  }
  if (Take("[")) return Item(found->second);
  return found->second;
}

absl::StatusOr<TinyValue> LineParser::Item(const TinyValue& value) {
  SN37_ASSIGN_OR_RETURN(const TinyValue where, Expression());
  SN37_RETURN_IF_ERROR(Expect("]"));
  SN37_ASSIGN_OR_RETURN(const int64_t place, NumberOf(where));
  SN37_ASSIGN_OR_RETURN(const TinyList list, ListOf(value));
  const auto size = static_cast<int64_t>(list.size());
  if (place < -size || place >= size) {
    return absl::OutOfRangeError("a place is outside its list");
  }
  return list[place < 0 ? place + size : place];
}

absl::StatusOr<TinyValue> LineParser::Number() {
  SN37_ASSIGN_OR_RETURN(const std::string digits, Word());
  int64_t number;
  // Python takes no number with a leading zero.
  if (!absl::SimpleAtoi(digits, &number) || absl::StrCat(number) != digits) {
    return NotInLanguage(Quoted(digits));
  }
  return number;
}

absl::StatusOr<TinyValue> LineParser::ListLiteral() {
  SN37_ASSIGN_OR_RETURN(const std::vector<TinyValue> values, Arguments("]"));
  TinyList list;
  for (const TinyValue& value : values) {
    SN37_ASSIGN_OR_RETURN(const int64_t number, NumberOf(value));
    list.push_back(number);
  }
  return list;
}

absl::StatusOr<TinyValue> LineParser::Call(absl::string_view function) {
  SN37_ASSIGN_OR_RETURN(std::vector<TinyValue> arguments, Arguments(")"));
  if (arguments.size() != 1) return NotInLanguage("that call");
  if (function == "abs") {
    SN37_ASSIGN_OR_RETURN(const int64_t number, NumberOf(arguments[0]));
    SN37_ASSIGN_OR_RETURN(
        const int64_t absolute,
        Calculate(number, "*", number < 0 ? int64_t{-1} : int64_t{1}));
    return absolute;
  }
  SN37_ASSIGN_OR_RETURN(const TinyList list, ListOf(std::move(arguments[0])));
  if (function == "len") return static_cast<int64_t>(list.size());
  if (function == "sum") return SumOf(list);
  if (function != "max" && function != "min") {
    return NotInLanguage(absl::StrCat("the function ", function));
  }
  if (list.empty()) return absl::OutOfRangeError("the list is empty");
  return function == "max" ? *std::max_element(list.begin(), list.end())
                           : *std::min_element(list.begin(), list.end());
}

}  // namespace sn37::datasets
