#include "eval/methods/answer.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "sn37/base/boxed.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

using Text = absl::string_view;

constexpr int kMaxDepth = 64;             // of JSON
constexpr int kMaxMembers = 64;           // of the names in question, in a text
constexpr size_t kMaxValueBytes = 65536;  // of one's string, array or object
constexpr size_t kMaxAnswerBytes = 4096;  // of what is compared by its meaning
constexpr int64_t kMaxDigits = 300;       // of a number, and its exponent

// ---- Where an answer stands -------------------------------------------------

// The JSON string, array or object that begins `text`; empty if it is not whole
// or nested too deep.
Text ClosedValue(Text text) {
  text = text.substr(0, kMaxValueBytes);
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size() && depth <= kMaxDepth; ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (!in_string && (c == '[' || c == '{')) ++depth;
    if (!in_string && (c == ']' || c == '}')) --depth;
    if (!in_string && depth <= 0) return text.substr(0, i + 1);
  }
  return "";
}

// Whether a number or word of JSON may end where `rest` goes on. A digit behind
// a comma is of the same number: JSON has the name of a member there.
bool MayEndBefore(Text rest) {
  if (rest.empty() || absl::ascii_isspace(rest[0])) return true;
  if (rest[0] == ',') return rest.size() == 1 || !absl::ascii_isdigit(rest[1]);
  return rest[0] == ']' || rest[0] == '}';
}

// The number or word that begins `text`; empty if something else goes on there.
Text PlainValue(Text text) {
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
  });
  const size_t size = end - text.begin();
  return MayEndBefore(text.substr(size)) ? text.substr(0, size) : "";
}

// The JSON value that begins `text`, as an answer.
std::optional<std::string> JsonValue(Text text) {
  const bool is_closed = !text.empty() && absl::StrContains("\"[{", text[0]);
  const Text value = is_closed ? ClosedValue(text) : PlainValue(text);
  const auto json = ParseJson(value, {.depth = kMaxDepth});
  if (!json.ok()) return std::nullopt;
  return json->is_string() ? json->get<std::string>() : std::string(value);
}

struct JsonAnswer {
  size_t place;  // of its name in the text
  std::string value;
};

std::optional<JsonAnswer> FindJsonAnswer(Text text) {
  int tried = 0;
  for (size_t i = text.size(); i-- > 0 && tried < kMaxMembers;) {
    if (text[i] != '"') continue;
    Text rest = text.substr(i);
    if (!absl::ConsumePrefix(&rest, "\"answer\"") &&
        !absl::ConsumePrefix(&rest, "\"output\"")) {
      continue;
    }
    rest = absl::StripLeadingAsciiWhitespace(rest);
    if (!absl::ConsumePrefix(&rest, ":")) continue;
    ++tried;
    auto value = JsonValue(absl::StripLeadingAsciiWhitespace(rest));
    if (value.has_value()) return JsonAnswer{i, *std::move(value)};
  }
  return std::nullopt;
}

// ---- TeX --------------------------------------------------------------------

// What only sets an answer.
constexpr Text kDropped[] = {"\\left", "\\right", "\\displaystyle",
                             "\\!",    "\\,",     "\\;",
                             "\\:",    "\\ ",     "\\$",
                             "$",      "~"};
// What only gives it a font, up to the brace that closes it.
constexpr Text kFonts[] = {"\\text{",   "\\textbf{", "\\textit{", "\\textrm{",
                           "\\mathrm{", "\\mathbf{", "\\mbox{",   "\\boxed{"};

template <size_t n>
bool ConsumeAny(const Text (&prefixes)[n], Text& text) {
  return std::any_of(
      std::begin(prefixes), std::end(prefixes),
      [&](Text prefix) { return absl::ConsumePrefix(&text, prefix); });
}

// The answer without white space and the TeX that only sets it.
std::string Plain(Text answer) {
  const std::string text = absl::StrReplaceAll(
      answer, {{"\\dfrac", "\\frac"}, {"\\tfrac", "\\frac"}, {"\u2212", "-"}});
  std::string plain;
  std::vector<bool> is_font;  // of each open brace
  for (Text rest = text; !rest.empty();) {
    if (ConsumeAny(kFonts, rest)) {
      is_font.push_back(true);
    } else if (!ConsumeAny(kDropped, rest)) {
      const size_t size =
          rest[0] == '\\' ? std::min<size_t>(2, rest.size()) : 1;
      const char c = rest[0];
      bool is_kept = !absl::ascii_isspace(c);
      if (c == '{') is_font.push_back(false);
      if (c == '}' && !is_font.empty()) {
        is_kept = !is_font.back();
        is_font.pop_back();
      }
      if (is_kept) absl::StrAppend(&plain, rest.substr(0, size));
      rest.remove_prefix(size);
    }
  }
  return plain;
}

// ---- Numbers ----------------------------------------------------------------

// Natural numbers as decimal digits without leading zeros; "" is zero.
using Digits = std::string;

Digits WithoutZeros(Text digits) {
  return Digits(
      digits.substr(std::min(digits.find_first_not_of('0'), digits.size())));
}

Digits Product(const Digits& a, const Digits& b) {
  std::vector<int> sums(a.size() + b.size(), 0);  // from the highest
  for (size_t i = a.size(); i-- > 0;) {
    int carry = 0;
    for (size_t j = b.size(); j-- > 0;) {
      const int sum = sums[i + j + 1] + (a[i] - '0') * (b[j] - '0') + carry;
      sums[i + j + 1] = sum % 10;
      carry = sum / 10;
    }
    sums[i] += carry;
  }
  Digits product;
  for (int digit : sums) product.push_back(static_cast<char>('0' + digit));
  return WithoutZeros(product);
}

struct Fraction {
  bool negative = false;
  Digits numerator;
  Digits denominator;
};

bool operator==(const Fraction& a, const Fraction& b) {
  const Digits left = Product(a.numerator, b.denominator);
  return left == Product(b.numerator, a.denominator) &&
         (left.empty() || a.negative == b.negative);
}

std::optional<Fraction> ParseDecimal(Text text) {
  static const RE2* const kDecimal = new RE2(
      R"(([+-]?)(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?)");
  std::string sign, whole, part, power;
  if (!RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *kDecimal,
                      &sign, &whole, &part, &power)) {
    return std::nullopt;
  }
  int exponent = 0;
  if (!power.empty() && !absl::SimpleAtoi(power, &exponent)) {
    return std::nullopt;
  }
  std::string digits =
      absl::StrCat(absl::StrReplaceAll(whole, {{",", ""}}), part);
  exponent -= static_cast<int>(part.size());
  if (digits.empty() || std::ssize(digits) > kMaxDigits ||
      std::abs(exponent) > kMaxDigits) {
    return std::nullopt;
  }
  std::string ones = "1";
  (exponent < 0 ? ones : digits).append(std::abs(exponent), '0');
  return Fraction{sign == "-", WithoutZeros(digits), ones};
}

// Of a cleaned answer.
std::optional<Fraction> ParseNumber(Text text) {
  static const RE2* const kFraction =
      new RE2(R"(([+-]?)(?:\\frac(?:\{([^{}]*)\}\{([^{}]*)\}|(\d)(\d)))"
              R"(|([^{}/]*)/([^{}/]*)))");
  for (Text suffix : {"\\%", "%", "^\\circ", "^{\\circ}", "\u00b0"}) {
    if (absl::ConsumeSuffix(&text, suffix)) break;
  }
  std::string sign, parts[6];
  if (!RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *kFraction,
                      &sign, &parts[0], &parts[1], &parts[2], &parts[3],
                      &parts[4], &parts[5])) {
    return ParseDecimal(text);
  }
  const auto above = ParseDecimal(absl::StrCat(parts[0], parts[2], parts[4]));
  const auto below = ParseDecimal(absl::StrCat(parts[1], parts[3], parts[5]));
  if (!above.has_value() || !below.has_value() || below->numerator.empty()) {
    return std::nullopt;
  }
  const bool parts_differ = above->negative != below->negative;
  return Fraction{(sign == "-") != parts_differ,
                  Product(above->numerator, below->denominator),
                  Product(above->denominator, below->numerator)};
}

// A cleaned answer, or a member of one.
struct Value {
  explicit Value(Text plain) : text(plain), number(ParseNumber(plain)) {}

  std::string text;
  std::optional<Fraction> number;
};

bool operator==(const Value& a, const Value& b) {
  return a.number.has_value() && b.number.has_value() ? *a.number == *b.number
                                                      : a.text == b.text;
}

// ---- Sets -------------------------------------------------------------------

// The parts between the commas that no bracket holds.
std::vector<Text> SplitAtCommas(Text text) {
  std::vector<Text> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (i < text.size() && (c != ',' || depth > 0)) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

// Whether the bracket that begins `text` is closed by its last character.
bool IsBracketed(Text text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Text("([{").find(text[i]) != Text::npos) ++depth;
    if (Text(")]}").find(text[i]) != Text::npos) --depth;
    if (depth <= 0) return i > 0 && i + 1 == text.size();
  }
  return false;
}

// Of a cleaned answer.
std::vector<Value> Members(std::string text) {
  absl::StrReplaceAll({{"\\{", "{"}, {"\\}", "}"}}, &text);
  Text inside = text;
  while (IsBracketed(inside)) inside = inside.substr(1, inside.size() - 2);
  std::vector<Value> members;
  if (inside.empty()) return members;
  for (Text part : SplitAtCommas(inside)) {
    if (part.size() >= 2 && part.front() == '"' && part.back() == '"') {
      part = part.substr(1, part.size() - 2);
    }
    members.emplace_back(part);
  }
  return members;
}

bool HoldsAll(const std::vector<Value>& members,
              const std::vector<Value>& others) {
  return std::all_of(others.begin(), others.end(), [&](const Value& other) {
    return std::find(members.begin(), members.end(), other) != members.end();
  });
}

}  // namespace

std::optional<std::string> LastJsonAnswer(absl::string_view text) {
  std::optional<JsonAnswer> answer = FindJsonAnswer(text);
  if (!answer.has_value()) return std::nullopt;
  return std::move(answer->value);
}

std::optional<std::string> FindAnswer(absl::string_view text) {
  std::optional<JsonAnswer> json = FindJsonAnswer(text);
  const std::optional<Text> boxed = LastBoxed(text);
  if (boxed.has_value() &&
      (!json.has_value() ||
       static_cast<size_t>(boxed->data() - text.data()) > json->place)) {
    return std::string(*boxed);
  }
  if (!json.has_value()) return std::nullopt;
  return std::move(json->value);
}

double AnswerDeviation(datasets::FinalAnswer::Form form,
                       absl::string_view right,
                       const std::optional<std::string>& answer) {
  return answer.has_value() && IsSameAnswer(form, right, *answer) ? 0 : 1;
}

bool IsSameAnswer(datasets::FinalAnswer::Form form, absl::string_view a,
                  absl::string_view b) {
  const std::string left = Plain(a);
  const std::string right = Plain(b);
  if (left == right) return true;
  if (std::max(left.size(), right.size()) > kMaxAnswerBytes) return false;
  switch (form) {
    case datasets::FinalAnswer::NUMBER:
      return Value(left) == Value(right);
    case datasets::FinalAnswer::SET: {
      const auto members = Members(left);
      const auto others = Members(right);
      return HoldsAll(members, others) && HoldsAll(others, members);
    }
    default:
      return false;
  }
}

}  // namespace sn37::eval
