#include "eval/methods/reasonable_output.h"

#include <algorithm>
#include <cstddef>

namespace sn37::eval {
namespace {

constexpr int64_t kMaxEqualPlaces = 9;
constexpr int64_t kMaxRepetitions = 10;

bool IsRepetitive(absl::Span<const int32_t> tokens) {
  return std::any_of(tokens.begin(), tokens.end(), [&](int32_t token) {
    return std::count(tokens.begin(), tokens.end(), token) > kMaxRepetitions;
  });
}

}  // namespace

bool IsReasonableOutput(absl::Span<const int32_t> a,
                        absl::Span<const int32_t> b) {
  if (a.size() != kReasonableLength || b.size() != kReasonableLength) {
    return false;
  }
  int64_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
  return equal <= kMaxEqualPlaces && !(IsRepetitive(a) && IsRepetitive(b));
}

}  // namespace sn37::eval
