// Verified solutions from the hub as references: the rows of SYNTHETIC-1-SFT
// whose "task_type" is wanted. The prompt is the first message, the reference
// the second with its answer at the end (hub_solutions.h); rows without an
// answer are left out.
//
// Parameters: those of hub_rows.h, and
//   task_types  an array of "verifiable_math" and "code_output_prediction";
//               both where absent
//   max_tokens  rows longer than that by FitsTokens (hub_solutions.h) are left
//               out; 16,384 where absent
#include <map>

#include "absl/strings/str_cat.h"
#include "datasets/json_keys.h"
#include "datasets/sources/hub_rows.h"
#include "datasets/sources/hub_solutions.h"
#include "datasets/sources/sources.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr int64_t kMaxTokens = 16384;
constexpr size_t kMaxTypeBytes = 256;

using ToReference = std::optional<std::string> (*)(absl::string_view reply);
using TaskTypes = std::map<std::string, ToReference>;

const TaskTypes& AllTaskTypes() {
  static const auto* const kAll =
      new TaskTypes{{"verifiable_math", MathsReference},
                    {"code_output_prediction", OutputReference}};
  return *kAll;
}

absl::StatusOr<TaskTypes> ReadTaskTypes(const nlohmann::json& parameters) {
  const nlohmann::json* names = FindField(parameters, "task_types");
  if (names == nullptr) return AllTaskTypes();
  TaskTypes types;
  if (!names->is_array() || names->empty()) {
    return absl::InvalidArgumentError("\"task_types\" must be an array");
  }
  for (const nlohmann::json& name : *names) {
    const auto type = AllTaskTypes().find(
        name.is_string() ? name.get<std::string>() : std::string());
    if (type == AllTaskTypes().end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"task_types\" has ", Printable(name.dump()),
                       "; there are verifiable_math and "
                       "code_output_prediction"));
    }
    types.insert(*type);
  }
  return types;
}

absl::StatusOr<std::optional<Sample>> Map(const TaskTypes& types,
                                          int64_t max_tokens,
                                          const nlohmann::json& record) {
  SN37_ASSIGN_OR_RETURN(const std::string name,
                        GetStringOr(record, "task_type", kMaxTypeBytes, ""));
  const auto type = types.find(name);
  if (type == types.end()) return std::nullopt;
  SN37_ASSIGN_OR_RETURN(const Exchange exchange, ExchangeOf(record));
  std::optional<std::string> reference = type->second(exchange.reply);
  if (!reference.has_value() ||
      !FitsTokens(exchange.question, *reference, max_tokens)) {
    return std::nullopt;
  }
  Sample sample;
  Reference& body = *sample.mutable_reference();
  body.set_system(std::string(kReasoningSystem));
  body.set_prompt(exchange.question);
  body.set_reference(*std::move(reference));
  return sample;
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(
      context.parameters, {SN37_HUB_PARAMETERS, "task_types", "max_tokens"}));
  SN37_ASSIGN_OR_RETURN(TaskTypes types, ReadTaskTypes(context.parameters));
  SN37_ASSIGN_OR_RETURN(
      const int64_t max_tokens,
      IntParameter(context, "max_tokens", 1, 1 << 24, kMaxTokens));
  return OpenHubRows(
      context, {"task_type", "messages"},
      [types = std::move(types), max_tokens](const nlohmann::json& record) {
        return Map(types, max_tokens, record);
      });
}

}  // namespace

const Source kHubSynthetic1 = {.name = "hub_synthetic1",
                               .kind = Sample::kReference,
                               .endless = false,
                               .open = Open};

}  // namespace sn37::datasets
