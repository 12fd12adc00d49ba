#include "datasets/sources/tiny_python.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "datasets/sources/tiny_python_line.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr size_t kMaxListItems = 10000;

// The head of a for: the name that it sets and what to.
struct ForHead {
  std::string name;
  std::string list;  // whose items these are; empty for a range
  TinyList items;
};

struct Line {
  size_t indent = 0;
  std::string text;
  int number = 0;  // in the program, from 1
};

class Machine {
 public:
  Machine(std::vector<Line> lines, int64_t max_steps)
      : lines_(std::move(lines)), steps_left_(max_steps) {}

  absl::StatusOr<std::string> Run() {
    SN37_RETURN_IF_ERROR(RunBlock(0, lines_.size()));
    return std::move(output_);
  }

 private:
  // The line after the block under line `head`.
  size_t BlockEnd(size_t head) const {
    size_t end = head + 1;
    while (end < lines_.size() && lines_[end].indent > lines_[head].indent) {
      ++end;
    }
    return end;
  }

  absl::Status RunBlock(size_t begin, size_t end) {
    if (++nesting_ > kMaxTinyNesting) return NotInLanguage("so deep a nesting");
    for (size_t i = begin; i < end;) {
      if (lines_[i].indent != lines_[begin].indent) {
        return AtLine(i, NotInLanguage("that indentation"));
      }
      SN37_ASSIGN_OR_RETURN(i, RunStatement(i));
    }
    --nesting_;
    return absl::OkStatus();
  }

  absl::Status AtLine(size_t i, const absl::Status& status) const {
    return Annotate(status, absl::StrCat("line ", lines_[i].number));
  }

  absl::Status CountStep() {
    if (--steps_left_ >= 0) return absl::OkStatus();
    return absl::OutOfRangeError("the program takes too many steps");
  }

  // Runs the statement that begins at line i; returns the line after it.
  absl::StatusOr<size_t> RunStatement(size_t i) {
    SN37_RETURN_IF_ERROR(CountStep());
    LineParser line(lines_[i].text, names_);
    if (line.Take("if")) return RunIf(i);
    const size_t end = BlockEnd(i);
    if (line.Take("while")) {
      SN37_RETURN_IF_ERROR(RunWhile(i, end));
      return end;
    }
    if (line.Take("for")) {
      absl::StatusOr<ForHead> head = ParseFor(line);
      SN37_RETURN_IF_ERROR(AtLine(i, head.status()));
      SN37_RETURN_IF_ERROR(RunFor(i, end, *head));
      return end;
    }
    if (end != i + 1) return AtLine(i + 1, NotInLanguage("that indentation"));
    SN37_RETURN_IF_ERROR(AtLine(i, RunSimple(line)));
    return end;
  }

  // There is a block under line i.
  absl::Status CheckBlock(size_t i, size_t end) const {
    if (end > i + 1) return absl::OkStatus();
    return AtLine(i, NotInLanguage("a head without its block"));
  }

  // The condition of an if, elif or while, with its colon.
  absl::StatusOr<bool> Holds(size_t i, absl::string_view keyword) {
    LineParser line(lines_[i].text, names_);
    SN37_RETURN_IF_ERROR(line.Expect(keyword));
    SN37_ASSIGN_OR_RETURN(const bool holds, line.Condition());
    SN37_RETURN_IF_ERROR(line.Expect(":"));
    SN37_RETURN_IF_ERROR(line.End());
    return holds;
  }

  absl::StatusOr<size_t> RunIf(size_t i) {
    absl::StatusOr<bool> holds = Holds(i, "if");
    bool done = false;
    while (true) {
      SN37_RETURN_IF_ERROR(AtLine(i, holds.status()));
      const size_t end = BlockEnd(i);
      SN37_RETURN_IF_ERROR(CheckBlock(i, end));
      if (*holds && !done) {
        SN37_RETURN_IF_ERROR(RunBlock(i + 1, end));
        done = true;
      }
      if (end == lines_.size() || lines_[end].indent != lines_[i].indent) {
        return end;
      }
      i = end;
      LineParser next(lines_[i].text, names_);
      if (next.Take("elif")) {
        // Python does not evaluate it either where an earlier branch ran.
        holds = done ? absl::StatusOr<bool>(false) : Holds(i, "elif");
      } else if (next.Take("else")) {
        SN37_RETURN_IF_ERROR(AtLine(i, next.Expect(":")));
        SN37_RETURN_IF_ERROR(AtLine(i, next.End()));
        const size_t last = BlockEnd(i);
        SN37_RETURN_IF_ERROR(CheckBlock(i, last));
        if (!done) SN37_RETURN_IF_ERROR(RunBlock(i + 1, last));
        return last;
      } else {
        return i;
      }
    }
  }

  absl::Status RunWhile(size_t i, size_t end) {
    SN37_RETURN_IF_ERROR(CheckBlock(i, end));
    while (true) {
      absl::StatusOr<bool> holds = Holds(i, "while");
      SN37_RETURN_IF_ERROR(AtLine(i, holds.status()));
      if (!*holds) return absl::OkStatus();
      SN37_RETURN_IF_ERROR(CountStep());
      SN37_RETURN_IF_ERROR(RunBlock(i + 1, end));
    }
  }

  absl::Status RunFor(size_t i, size_t end, const ForHead& head) {
    SN37_RETURN_IF_ERROR(CheckBlock(i, end));
    walked_.push_back(head.list);
    for (int64_t item : head.items) {
      SN37_RETURN_IF_ERROR(CountStep());
      names_[head.name] = item;
      SN37_RETURN_IF_ERROR(RunBlock(i + 1, end));
    }
    walked_.pop_back();
    return absl::OkStatus();
  }

  // What follows the word for.
  absl::StatusOr<ForHead> ParseFor(LineParser& line) const {
    ForHead head;
    SN37_ASSIGN_OR_RETURN(head.name, line.Name());
    SN37_RETURN_IF_ERROR(line.Expect("in"));
    if (line.Take("range")) {
      SN37_RETURN_IF_ERROR(line.Expect("("));
      SN37_ASSIGN_OR_RETURN(const std::vector<TinyValue> bounds,
                            line.Arguments(")"));
      SN37_ASSIGN_OR_RETURN(head.items, RangeOf(bounds));
    } else {
      SN37_ASSIGN_OR_RETURN(head.list, line.Name());
      const auto list = names_.find(head.list);
      if (list == names_.end()) {
        return NotInLanguage(absl::StrCat("the unset name ", head.list));
      }
      SN37_ASSIGN_OR_RETURN(head.items, ListOf(list->second));
    }
    SN37_RETURN_IF_ERROR(line.Expect(":"));
    SN37_RETURN_IF_ERROR(line.End());
    return head;
  }

  static absl::StatusOr<TinyList> RangeOf(
      const std::vector<TinyValue>& bounds) {
    TinyList numbers;
    for (const TinyValue& bound : bounds) {
      SN37_ASSIGN_OR_RETURN(const int64_t number, NumberOf(bound));
      numbers.push_back(number);
    }
    if (numbers.size() == 1) numbers.insert(numbers.begin(), 0);
    if (numbers.size() == 2) numbers.push_back(1);
    if (numbers.size() != 3) return NotInLanguage("that range");
    const int64_t step = numbers[2];
    if (step == 0) return absl::OutOfRangeError("a range with step 0");
    TinyList items;
    int64_t item = numbers[0];
    while (step > 0 ? item < numbers[1] : item > numbers[1]) {
      if (items.size() == kMaxListItems) {
        return absl::OutOfRangeError("a range is too long");
      }
      items.push_back(item);
      if (__builtin_add_overflow(item, step, &item)) break;
    }
    return items;
  }

  // A statement of one line.
  absl::Status RunSimple(LineParser& line) {
    if (line.Take("print")) {
      SN37_RETURN_IF_ERROR(line.Expect("("));
      SN37_ASSIGN_OR_RETURN(const std::vector<TinyValue> values,
                            line.Arguments(")"));
      SN37_RETURN_IF_ERROR(line.End());
      absl::StrAppend(
          &output_,
          absl::StrJoin(values, " ",
                        [](std::string* out, const TinyValue& value) {
                          out->append(Written(value));
                        }),
          "\n");
      return absl::OkStatus();
    }
    SN37_ASSIGN_OR_RETURN(const std::string name, line.Name());
    if (line.Take(".append")) return Append(name, line);
    for (absl::string_view op : {"+", "-", "*", "//", "%"}) {
      if (line.Take(absl::StrCat(op, "="))) return Update(name, op, line);
    }
    SN37_RETURN_IF_ERROR(line.Expect("="));
    const bool literal = absl::StartsWith(line.rest(), "[");
    SN37_ASSIGN_OR_RETURN(TinyValue value, line.Expression());
    SN37_RETURN_IF_ERROR(line.End());
    if (std::holds_alternative<TinyList>(value) && !literal) {
      return NotInLanguage("a second name of a list");
    }
    names_[name] = std::move(value);
    return absl::OkStatus();
  }

  absl::Status Append(const std::string& name, LineParser& line) {
    SN37_RETURN_IF_ERROR(line.Expect("("));
    SN37_ASSIGN_OR_RETURN(const TinyValue value, line.Expression());
    SN37_RETURN_IF_ERROR(line.Expect(")"));
    SN37_RETURN_IF_ERROR(line.End());
    SN37_ASSIGN_OR_RETURN(const int64_t number, NumberOf(value));
    const auto found = names_.find(name);
    if (found == names_.end() ||
        !std::holds_alternative<TinyList>(found->second) ||
        absl::c_linear_search(walked_, name)) {
      return NotInLanguage(absl::StrCat("append to ", name, " here"));
    }
    TinyList& list = std::get<TinyList>(found->second);
    if (list.size() == kMaxListItems) {
      return absl::OutOfRangeError("a list is too long");
    }
    list.push_back(number);
    return absl::OkStatus();
  }

  absl::Status Update(const std::string& name, absl::string_view op,
                      LineParser& line) {
    SN37_ASSIGN_OR_RETURN(const TinyValue value, line.Expression());
    SN37_RETURN_IF_ERROR(line.End());
    const auto found = names_.find(name);
    if (found == names_.end()) {
      return NotInLanguage(absl::StrCat("the unset name ", name));
    }
    SN37_ASSIGN_OR_RETURN(const int64_t a, NumberOf(found->second));
    SN37_ASSIGN_OR_RETURN(const int64_t b, NumberOf(value));
    SN37_ASSIGN_OR_RETURN(found->second, Calculate(a, op, b));
    return absl::OkStatus();
  }

  const std::vector<Line> lines_;
  int64_t steps_left_;
  TinyNames names_;
  std::string output_;
  std::vector<std::string> walked_;  // lists that a for goes through
  int nesting_ = 0;
};

std::vector<Line> LinesOf(absl::string_view program) {
  std::vector<Line> lines;
  int number = 0;
  for (absl::string_view text : absl::StrSplit(program, '\n')) {
    ++number;
    const size_t indent = text.find_first_not_of(' ');
    if (indent == absl::string_view::npos) continue;
    lines.push_back({indent, std::string(text.substr(indent)), number});
  }
  return lines;
}

}  // namespace

absl::StatusOr<std::string> RunTinyPython(absl::string_view program,
                                          int64_t max_steps) {
  return Machine(LinesOf(program), max_steps).Run();
}

}  // namespace sn37::datasets
