// One line of a tiny_python.h program: its values and expressions, read from
// left to right and evaluated on the way.
#ifndef SN37_DATASETS_SOURCES_TINY_PYTHON_LINE_H_
#define SN37_DATASETS_SOURCES_TINY_PYTHON_LINE_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::datasets {

using TinyList = std::vector<int64_t>;
using TinyValue = std::variant<int64_t, TinyList>;
using TinyNames = std::map<std::string, TinyValue, std::less<>>;

// How deep expressions, and blocks, may stand within each other.
inline constexpr int kMaxTinyNesting = 32;

// "… is not in the language".
absl::Status NotInLanguage(absl::string_view what);

absl::StatusOr<int64_t> NumberOf(const TinyValue& value);
absl::StatusOr<TinyList> ListOf(TinyValue value);

// a op b for + - * // and %, the last two rounded towards minus infinity.
absl::StatusOr<int64_t> Calculate(int64_t a, absl::string_view op, int64_t b);

// As Python's print writes it.
std::string Written(const TinyValue& value);

// What is left of a line. Each method takes something from its front; spaces
// after that are dropped. Borrows both arguments.
class LineParser {
 public:
  LineParser(absl::string_view text, const TinyNames& names);

  // Takes `token` if it comes next; words only as whole words.
  bool Take(absl::string_view token);
  absl::Status Expect(absl::string_view token);
  // Nothing may be left.
  absl::Status End() const;
  absl::string_view rest() const { return rest_; }

  // A name that means nothing else in Python.
  absl::StatusOr<std::string> Name();
  absl::StatusOr<TinyValue> Expression();
  absl::StatusOr<bool> Condition();
  // Expressions with commas between them, up to `close`.
  absl::StatusOr<std::vector<TinyValue>> Arguments(absl::string_view close);

 private:
  void SkipSpace();
  absl::StatusOr<std::string> Word();
  // The first of `operators` that comes next, or nothing.
  absl::string_view Operator(
      std::initializer_list<absl::string_view> operators);
  // left = left op what comes next.
  absl::Status Apply(absl::string_view op, TinyValue& left);
  absl::StatusOr<TinyValue> Product();
  absl::StatusOr<TinyValue> Unary();
  absl::StatusOr<TinyValue> Primary();
  absl::StatusOr<TinyValue> Number();
  absl::StatusOr<TinyValue> ListLiteral();
  absl::StatusOr<TinyValue> Call(absl::string_view function);
  absl::StatusOr<TinyValue> Item(const TinyValue& list);

  absl::string_view rest_;
  const TinyNames& names_;
  int nesting_ = 0;
};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_TINY_PYTHON_LINE_H_
