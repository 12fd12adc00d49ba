// When a request is repeated, and after how long.
#ifndef SN37_HUB_RETRY_H_
#define SN37_HUB_RETRY_H_

#include "absl/time/time.h"
#include "sn37/hub/http.h"

namespace sn37 {

// Whether an answer with that status may be another one later: 408, 429, 500,
// 502, 503, 504.
bool IsTransient(int status);

// The wait before the next try after `failures` ≥ 1 in a row: 1, 2, 4, 8, 8 …
// seconds, and no less than the answer asks for: at 429 the seconds to the
// reset in RateLimit (`"resolvers";r=0;t=172`) where nothing remains, else
// Retry-After in seconds; one second is added to both, for clocks differ.
absl::Duration RetryDelay(int failures, const HttpHead& head);

}  // namespace sn37

#endif  // SN37_HUB_RETRY_H_
