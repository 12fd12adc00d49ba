// Worked solutions of other models as references: a conversation of a question
// and a reply that ends in an answer, as datasets on the hub have them. Pure
// functions; safe from any thread.
#ifndef SN37_DATASETS_SOURCES_HUB_SOLUTIONS_H_
#define SN37_DATASETS_SOURCES_HUB_SOLUTIONS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// The system message of samples whose reference thinks before it answers.
extern const absl::string_view kReasoningSystem;

// The first two messages of a row's "messages", an array of objects with
// "content". kInvalidArgument says what is wrong with it.
struct Exchange {
  std::string question;
  std::string reply;
  size_t messages = 0;  // how many there are
};
absl::StatusOr<Exchange> ExchangeOf(const nlohmann::json& record);

// The reply as a reference that ends in its answer:
//   maths   the text before the last \boxed{…} (sn37/base/boxed.h), white space
//           at its ends removed, a space, that box
//   output  the text without its last {"output": "…"} on one line, white space
//           at its ends removed, a space, that object
// Absent where there is no such answer or it is empty: a sample whose answer
// nobody knows is none.
std::optional<std::string> MathsReference(absl::string_view reply);
std::optional<std::string> OutputReference(absl::string_view reply);

// Whether question and reply have at most `max_tokens` tokens by rule of thumb:
// a token for four code points of each, and ten for the template.
bool FitsTokens(absl::string_view question, absl::string_view reply,
                int64_t max_tokens);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_HUB_SOLUTIONS_H_
