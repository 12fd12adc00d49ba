#include "jobs/stall_limit.h"

#include <sys/time.h>

#include "sn37/base/check.h"

namespace sn37::jobs {

void RestartStallLimit(absl::Duration limit) {
  SN37_CHECK(limit >= absl::Milliseconds(1));
  signal(kStallSignal, SIG_DFL);  // a parent may have had it ignored
  itimerval timer = {};           // zero: none
  if (limit < absl::InfiniteDuration()) {
    timer.it_value = absl::ToTimeval(limit);
  }
  SN37_CHECK(setitimer(ITIMER_REAL, &timer, nullptr) == 0);
}

}  // namespace sn37::jobs
