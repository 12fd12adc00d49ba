// JSON Lines in and out: how programs talk to a verb.
//
// One JSON object per line in, one per line out, in the same order, each with
// the "id" of its question. What cannot be answered becomes
//   {"id": …, "error": {"code": "INVALID_ARGUMENT", "message": "…"}}
// and the rest goes on; the exit status tells whether there was one.
#ifndef TOOLS_SN37_JSON_LINES_H_
#define TOOLS_SN37_JSON_LINES_H_

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sn37/base/json.h"

namespace sn37::tools {

using Answer = absl::StatusOr<nlohmann::json>;

// Answers lines `batch` at a time: `answer` gets that many parsed objects (the
// last time fewer) and gives one answer for each, an object without "id". A
// line longer than `kMaxLineBytes` or that is no JSON object is answered with
// an error. Returns kOk or kFailed (verb.h).
inline constexpr size_t kMaxLineBytes = 16 << 20;
int AnswerLines(
    std::istream& in, std::ostream& out, size_t batch,
    absl::FunctionRef<std::vector<Answer>(absl::Span<const nlohmann::json>)>
        answer);

// The same for questions that do not gain from company.
int AnswerEachLine(std::istream& in, std::ostream& out,
                   absl::FunctionRef<Answer(const nlohmann::json&)> answer);

// {"code": …, "message": …}
nlohmann::json ErrorObject(const absl::Status& status);

// Prints "sn37: message" on standard error; returns kFailed.
int Fail(const absl::Status& status);

// The field as a list of token ids.
absl::StatusOr<std::vector<int32_t>> GetTokens(const nlohmann::json& object,
                                               absl::string_view key);

}  // namespace sn37::tools

#endif  // TOOLS_SN37_JSON_LINES_H_
