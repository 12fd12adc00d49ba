#include "eval/tokenizer/stop_strings.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"

namespace sn37::eval {
namespace {

// Tokens that may add no byte, or a part of a character, among those of a stop
// string.
constexpr size_t kSpareTokens = 16;

}  // namespace

std::function<bool(absl::Span<const int32_t>)> EndsAfterAny(
    const Tokenizer& tokenizer, std::vector<std::string> strings) {
  size_t longest = 0;
  for (const std::string& string : strings) {
    longest = std::max(longest, string.size());
  }
  return [&tokenizer, strings = std::move(strings),
          longest](absl::Span<const int32_t> tokens) {
    const size_t tail = std::min(tokens.size(), longest + kSpareTokens);
    const absl::StatusOr<std::string> text = tokenizer.Decode(
        tokens.subspan(tokens.size() - tail), SkipSpecial::kNo);
    return text.ok() && std::any_of(strings.begin(), strings.end(),
                                    [&](const std::string& string) {
                                      return !string.empty() &&
                                             absl::StrContains(*text, string);
                                    });
  };
}

}  // namespace sn37::eval
