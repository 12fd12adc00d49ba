#include "sn37/hub/retry.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace sn37 {
namespace {

// More than anyone would wait for; keeps sums from overflowing.
constexpr int64_t kMaxSeconds = 1000000;

absl::Duration AskedFor(absl::string_view seconds) {
  int64_t value;
  if (!absl::SimpleAtoi(seconds, &value) || value < 0) {
    return absl::ZeroDuration();
  }
  return absl::Seconds(std::min(value, kMaxSeconds) + 1);
}

// The t of a RateLimit header whose r is 0.
absl::Duration TimeToReset(absl::string_view rate_limit) {
  bool spent = false;
  absl::string_view reset;
  for (absl::string_view part : absl::StrSplit(rate_limit, ';')) {
    if (part == "r=0") spent = true;
    if (absl::ConsumePrefix(&part, "t=")) reset = part;
  }
  return spent ? AskedFor(reset) : absl::ZeroDuration();
}

}  // namespace

bool IsTransient(int status) {
  constexpr int kTransient[] = {408, 429, 500, 502, 503, 504};
  return std::find(std::begin(kTransient), std::end(kTransient), status) !=
         std::end(kTransient);
}

absl::Duration RetryDelay(int failures, const HttpHead& head) {
  const absl::Duration backoff = absl::Seconds(1 << std::min(failures - 1, 3));
  absl::Duration asked = absl::ZeroDuration();
  if (head.status == 429) asked = TimeToReset(head.Header("ratelimit"));
  if (asked == absl::ZeroDuration() && IsTransient(head.status)) {
    asked = AskedFor(head.Header("retry-after"));
  }
  return std::max(backoff, asked);
}

}  // namespace sn37
