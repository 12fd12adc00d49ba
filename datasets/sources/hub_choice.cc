// Multiple choice from the hub: the subnet's own questions, which validators of
// another subnet write, one row each. The prompt is the row's "challenge" as it
// is, the answer its "reference", one of A, B, C and D; rows with another
// answer are left out.
//
// Parameters: those of hub_rows.h and hub_filter.h.
#include <algorithm>

#include "datasets/json_keys.h"
#include "datasets/row.h"
#include "datasets/sources/hub_filter.h"
#include "datasets/sources/hub_rows.h"
#include "datasets/sources/sources.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr absl::string_view kLetters[] = {"A", "B", "C", "D"};

absl::StatusOr<std::optional<Sample>> Map(const RowFilter& filter,
                                          const nlohmann::json& record) {
  SN37_ASSIGN_OR_RETURN(const std::string answer,
                        GetStringOr(record, "reference", kMaxSampleBytes, ""));
  if (!filter.Accepts(record) ||
      std::find(std::begin(kLetters), std::end(kLetters), answer) ==
          std::end(kLetters)) {
    return std::nullopt;
  }
  Sample sample;
  MultipleChoice& body = *sample.mutable_multiple_choice();
  SN37_ASSIGN_OR_RETURN(*body.mutable_prompt(),
                        GetString(record, "challenge", kMaxSampleBytes));
  for (const absl::string_view letter : kLetters) {
    body.add_choices(std::string(letter));
  }
  body.set_answer(answer);
  return sample;
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(
      context.parameters, {SN37_HUB_PARAMETERS, SN37_FILTER_PARAMETERS}));
  SN37_ASSIGN_OR_RETURN(RowFilter filter,
                        RowFilter::FromParameters(context.parameters));
  std::vector<std::string> columns = filter.columns();
  columns.insert(columns.end(), {"challenge", "reference"});
  return OpenHubRows(context, std::move(columns),
                     [filter = std::move(filter)](const nlohmann::json& row) {
                       return Map(filter, row);
                     });
}

}  // namespace

const Source kHubChoice = {.name = "hub_choice",
                           .kind = Sample::kMultipleChoice,
                           .endless = false,
                           .open = Open};

}  // namespace sn37::datasets
