// Solutions of programming contests from the hub as references: the rows of
// codeforces-cots that are one question and one reply. The reference is the
// reply without white space at its ends.
//
// Parameters: those of hub_rows.h, and
//   max_tokens  rows longer than that by FitsTokens (hub_solutions.h) are left
//               out; 16,384 where absent
#include "absl/strings/ascii.h"
#include "datasets/json_keys.h"
#include "datasets/sources/hub_rows.h"
#include "datasets/sources/hub_solutions.h"
#include "datasets/sources/sources.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

constexpr int64_t kMaxTokens = 16384;

absl::StatusOr<std::optional<Sample>> Map(int64_t max_tokens,
                                          const nlohmann::json& record) {
  SN37_ASSIGN_OR_RETURN(const Exchange exchange, ExchangeOf(record));
  const absl::string_view reply = absl::StripAsciiWhitespace(exchange.reply);
  if (exchange.messages != 2 || reply.empty() ||
      !FitsTokens(exchange.question, reply, max_tokens)) {
    return std::nullopt;
  }
  Sample sample;
  Reference& body = *sample.mutable_reference();
  body.set_system(std::string(kReasoningSystem));
  body.set_prompt(exchange.question);
  body.set_reference(std::string(reply));
  return sample;
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(context.parameters, {SN37_HUB_PARAMETERS, "max_tokens"}));
  SN37_ASSIGN_OR_RETURN(
      const int64_t max_tokens,
      IntParameter(context, "max_tokens", 1, 1 << 24, kMaxTokens));
  return OpenHubRows(context, {"messages"},
                     [max_tokens](const nlohmann::json& record) {
                       return Map(max_tokens, record);
                     });
}

}  // namespace

const Source kHubCodeforces = {.name = "hub_codeforces",
                               .kind = Sample::kReference,
                               .endless = false,
                               .open = Open};

}  // namespace sn37::datasets
