// A row of a snapshot's table, and the sample that it stands for.
//
// The columns are, in this order: config, system, prompts, reference, choices,
// answer, text, rules; prompts and choices are lists of strings, the others
// strings. FORMAT.md describes them for other programs. All rows have "config";
// which others a row uses follows from its config's kind, the name of a body of
// Sample (datasets/sample.proto):
//
//   multiple_choice        one of prompts, choices, answer
//   reference              system or none, one of prompts, reference
//   text                   text
//   instruction_following  two of prompts, rules (JSON)
//   preference             system or none, one of prompts, choices: the chosen
//                          reply and the rejected one
//   final_answer           system or none, one of prompts, answer, rules: the
//                          form of the answer
//   ranking                system or none, one of prompts, choices: the items,
//                          answer: the relevant places, as "0,4"
//
// A column that is not used is null. Pure functions; safe from any thread.
#ifndef SN37_DATASETS_ROW_H_
#define SN37_DATASETS_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "datasets/sample.pb.h"

namespace sn37::datasets {

using TextCell = std::optional<std::string>;
using ListCell = std::optional<std::vector<std::string>>;

struct Row {
  TextCell config;
  TextCell system;
  ListCell prompts;
  TextCell reference;
  ListCell choices;
  TextCell answer;
  TextCell text;
  TextCell rules;
};

// A column: its name and its place in Row; one of the two members is null.
struct Column {
  absl::string_view name;
  TextCell Row::*text;
  ListCell Row::*list;
};

// All columns in the order of the table.
absl::Span<const Column> Columns();

// The body's name in sample.proto, which is the kind's name in a manifest. An
// empty view for BODY_NOT_SET.
absl::string_view KindName(Sample::BodyCase kind);
// BODY_NOT_SET where no kind has that name.
Sample::BodyCase KindFromName(absl::string_view name);

// The name of an answer's form, as in the column "rules": "text", "number" or
// "set". An empty view, and nothing, for an unknown one.
absl::string_view FormName(FinalAnswer::Form form);
std::optional<FinalAnswer::Form> FormFromName(absl::string_view name);

// More text than this in one sample is an error: no task has a use for it, and
// a reader must be able to hold a group of rows.
inline constexpr uint64_t kMaxSampleBytes = 8 << 20;

// Whether a method can use the sample: text in valid UTF-8 of at most
// kMaxSampleBytes in all, prompts, reference and text not empty, an answer
// among at least two different choices, two prompts and at least one rule that
// can be judged, a rejected reply unlike the chosen one, an answer of a known
// form, relevant places within at least two different items. The id is not
// looked at. kInvalidArgument names the field.
absl::Status CheckSample(const Sample& sample);

// The row of a sample of `config`; the id is not kept, since a row's place
// gives it. Texts are moved. REQUIRES: CheckSample(sample).ok().
Row ToRow(Sample sample, absl::string_view config);

// The sample of a row whose config has that kind, checked by CheckSample and
// for columns that the kind does not use. Its id is left empty. Texts are
// moved.
absl::StatusOr<Sample> FromRow(Row row, Sample::BodyCase kind);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_ROW_H_
