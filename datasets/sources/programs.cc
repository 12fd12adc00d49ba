// Code output prediction: a small program in Python, drawn at random, and what
// it prints, which tiny_python.h finds out.
//
// No inputs. Parameters: kind, "reference" or "final_answer" (must be given).
// Either way the reply is asked to end with {"output": "…"}.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "datasets/json_keys.h"
#include "datasets/sources/answers.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/tiny_python.h"
#include "datasets/sources/words.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

// A person can follow so many steps, and read an output so long.
constexpr int64_t kMaxSteps = 60;
constexpr size_t kMaxOutputBytes = 40;
constexpr int kIndent = 4;

constexpr absl::string_view kNames[] = {"a", "b", "c"};
constexpr absl::string_view kOfLists[] = {"len", "sum", "max", "min"};
constexpr absl::string_view kComparisons[] = {"<", ">", "<=", ">="};
constexpr absl::string_view kAssignments[] = {"=", "+=", "+=", "-="};

int64_t Number(int64_t min, int64_t max, CounterRandom& random) {
  return Range{.min = min, .max = max}.Draw(random);
}

// Writes a program line by line.
class ProgramWriter {
 public:
  explicit ProgramWriter(CounterRandom& random) : random_(random) {}

  std::string Write() {
    for (absl::string_view name : kNames) {
      AddLine(absl::StrCat(name, " = ", Number(1, 12, random_)));
    }
    list_items_ = Number(3, 6, random_);
    std::vector<std::string> items;
    for (int64_t i = 0; i < list_items_; ++i) {
      items.push_back(absl::StrCat(Number(-5, 15, random_)));
    }
    AddLine(absl::StrCat("values = [", absl::StrJoin(items, ", "), "]"));
    const int64_t statements = Number(2, 4, random_);
    for (int64_t i = 0; i < statements; ++i) AddStatement();
    AddLine(
        absl::StrCat("print(", Expression(), ", ", Pick(kNames, random_), ")"));
    return std::move(text_);
  }

 private:
  void AddLine(absl::string_view line) {
    absl::StrAppend(&text_, std::string(depth_ * kIndent, ' '), line, "\n");
  }

  std::string Operand() {
    if (!loop_name_.empty() && random_.Below(2) == 0) return loop_name_;
    switch (random_.Below(6)) {
      case 0:
        return absl::StrCat(Number(1, 9, random_));
      case 1:
        return absl::StrCat("values[", Number(0, list_items_ - 1, random_),
                            "]");
      case 2:
        return absl::StrCat(Pick(kOfLists, random_), "(values)");
      default:
        return std::string(Pick(kNames, random_));
    }
  }

  std::string Expression() {
    const std::string left = Operand();
    switch (random_.Below(7)) {
      case 0:
        return left;
      case 1:
        return absl::StrCat(left, " // ", Number(2, 5, random_));
      case 2:
        return absl::StrCat(left, " % ", Number(2, 9, random_));
      case 3:
        return absl::StrCat(left, " * ", Operand());
      case 4:
        return absl::StrCat(left, " - ", Operand());
      default:
        return absl::StrCat(left, " + ", Operand());
    }
  }

  std::string Condition() {
    if (random_.Below(2) == 0) {
      const int64_t divisor = Number(2, 4, random_);
      return absl::StrCat(Operand(), " % ", divisor,
                          " == ", Number(0, divisor - 1, random_));
    }
    const absl::string_view comparison = Pick(kComparisons, random_);
    return absl::StrCat(Operand(), " ", comparison, " ", Operand());
  }

  void AddAssignment() {
    const absl::string_view name = Pick(kNames, random_);
    const absl::string_view sign = Pick(kAssignments, random_);
    AddLine(absl::StrCat(name, " ", sign, " ", Expression()));
  }

  void AddBlock() {
    ++depth_;
    const int64_t statements = Number(1, 2, random_);
    for (int64_t i = 0; i < statements; ++i) AddStatement();
    --depth_;
  }

  void AddLoop(absl::string_view name, absl::string_view items) {
    AddLine(absl::StrCat("for ", name, " in ", items, ":"));
    loop_name_ = std::string(name);
    AddBlock();
    loop_name_.clear();
  }

  // Loops stand in no other loop, and blocks not deeper than two.
  void AddStatement() {
    const uint64_t form = random_.Below(depth_ == 2 ? 4 : 10);
    if (form < 4) {
      AddAssignment();
    } else if (form < 6 || !loop_name_.empty()) {
      AddLine(absl::StrCat("if ", Condition(), ":"));
      AddBlock();
      if (random_.Below(2) == 0) return;
      AddLine("else:");
      AddBlock();
    } else if (form == 6 && depth_ == 0) {
      AddLine(absl::StrCat("values.append(", Expression(), ")"));
    } else if (form == 7) {
      const absl::string_view name = Pick(kNames, random_);
      AddLine(absl::StrCat("while ", name, " > ", Number(0, 3, random_), ":"));
      ++depth_;
      AddAssignment();
      AddLine(absl::StrCat(name, " -= ", Number(1, 4, random_)));
      --depth_;
    } else if (form == 8) {
      AddLoop("i", absl::StrCat("range(", Number(2, 6, random_), ")"));
    } else {
      AddLoop("v", "values");
    }
  }

  CounterRandom& random_;
  std::string text_;
  int64_t list_items_ = 0;
  std::string loop_name_;  // what the loop sets around the present place
  int depth_ = 0;
};

absl::StatusOr<Sample> MakeSample(Sample::BodyCase kind,
                                  CounterRandom& random) {
  while (true) {
    const std::string program = ProgramWriter(random).Write();
    const absl::StatusOr<std::string> printed =
        RunTinyPython(program, kMaxSteps);
    // A loop that does not end, or one whose output nobody could follow.
    if (absl::IsOutOfRange(printed.status())) continue;
    SN37_RETURN_IF_ERROR(Annotate(printed.status(), program));
    if (printed->size() > kMaxOutputBytes) continue;
    const std::string output(absl::StripSuffix(*printed, "\n"));
    return AnswerSample(
        kind, {.prompt = absl::StrCat(
                   "What does this Python program print?\n\n", program,
                   "\nEnd with the output as {\"output\": \"…\"}."),
               .reply = absl::StrCat("{\"output\": \"", output, "\"}"),
               .answer = output,
               .form = FinalAnswer::TEXT});
  }
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(context.parameters, {"kind"}));
  SN37_ASSIGN_OR_RETURN(const Sample::BodyCase kind,
                        AnswerKind(kPrograms, context.parameters));
  return Generate(context, [kind](CounterRandom& random) {
    return MakeSample(kind, random);
  });
}

}  // namespace

const Source kPrograms = {.name = "programs",
                          .kind = Sample::BODY_NOT_SET,
                          .endless = true,
                          .open = Open};

}  // namespace sn37::datasets
