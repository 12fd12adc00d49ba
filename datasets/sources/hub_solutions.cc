#include "datasets/sources/hub_solutions.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "datasets/row.h"
#include "sn37/base/boxed.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

constexpr absl::string_view kOutputOpen = "{\"output\": \"";
constexpr absl::string_view kOutputClose = "\"}";
constexpr int64_t kCodePointsPerToken = 4;
constexpr int64_t kTemplateTokens = 10;

int64_t CodePoints(absl::string_view text) {
  int64_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(DecodeUtf8(text).bytes);
  return count;
}

// A place in a text and whether an object ends there or only the line.
struct End {
  size_t at;
  bool closed;
};

// The end of the object that begins at `begin`: after the first `"}` on its
// line whose quote is not escaped.
End OutputEnd(absl::string_view text, size_t begin) {
  size_t i = begin + kOutputOpen.size();
  for (; i < text.size() && text[i] != '\n'; ++i) {
    if (absl::StartsWith(text.substr(i), kOutputClose)) {
      return {i + kOutputClose.size(), true};
    }
    if (text[i] == '\\') ++i;
  }
  return {std::min(i, text.size()), false};
}

}  // namespace

const absl::string_view kReasoningSystem =
    "Work through the problem systematically and at length before you answer: "
    "analyse, explore, check and correct yourself step by step. Put all of "
    "this thinking between <think> and </think>, then give the final answer "
    "in the form that the user asks for.";

absl::StatusOr<Exchange> ExchangeOf(const nlohmann::json& record) {
  const nlohmann::json* messages = FindField(record, "messages");
  if (messages == nullptr || !messages->is_array() || messages->size() < 2) {
    return absl::InvalidArgumentError(
        "field \"messages\" is no list of two messages or more");
  }
  Exchange exchange;
  exchange.messages = messages->size();
  SN37_ASSIGN_OR_RETURN(exchange.question,
                        GetString((*messages)[0], "content", kMaxSampleBytes));
  SN37_ASSIGN_OR_RETURN(exchange.reply,
                        GetString((*messages)[1], "content", kMaxSampleBytes));
  return exchange;
}

std::optional<std::string> MathsReference(absl::string_view reply) {
  const std::optional<absl::string_view> answer = LastBoxed(reply);
  if (!answer.has_value() || absl::StripAsciiWhitespace(*answer).empty()) {
    return std::nullopt;
  }
  const size_t box = answer->data() - reply.data() - kBoxOpen.size();
  return absl::StrCat(absl::StripAsciiWhitespace(reply.substr(0, box)), " ",
                      kBoxOpen, *answer, "}");
}

std::optional<std::string> OutputReference(absl::string_view reply) {
  absl::string_view object;
  size_t at = reply.find(kOutputOpen);
  while (at != reply.npos) {
    // Where the line ends first, no later object on it is closed either.
    const End end = OutputEnd(reply, at);
    if (end.closed) object = reply.substr(at, end.at - at);
    at = reply.find(kOutputOpen, end.at);
  }
  if (object.size() <= kOutputOpen.size() + kOutputClose.size()) {
    return std::nullopt;
  }
  const size_t begin = object.data() - reply.data();
  const std::string trace =
      absl::StrCat(reply.substr(0, begin), reply.substr(begin + object.size()));
  return absl::StrCat(absl::StripAsciiWhitespace(trace), " ", object);
}

bool FitsTokens(absl::string_view question, absl::string_view reply,
                int64_t max_tokens) {
  return CodePoints(question) / kCodePointsPerToken +
             CodePoints(reply) / kCodePointsPerToken + kTemplateTokens <=
         max_tokens;
}

}  // namespace sn37::datasets
