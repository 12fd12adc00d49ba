// The end of a worker that comes to none. What strangers' files can make it do
// is bounded where they are read; this is for what that leaves: a loop nobody
// thought of, a file system that does not answer.
//
// A worker has stalled when it has finished nothing for as long as the limit,
// so that one with much work on a slow machine has not.
#ifndef SN37_JOBS_STALL_LIMIT_H_
#define SN37_JOBS_STALL_LIMIT_H_

#include <csignal>

#include "absl/time/time.h"

namespace sn37::jobs {

// What ends a stalled process, as its parent sees it.
inline constexpr int kStallSignal = SIGALRM;

// Ends this process once `limit` of wall time has passed without another call,
// whatever its threads do or wait for; an infinite limit ends none. Call it at
// the start, and whenever something is finished. REQUIRES: at least 1 ms.
void RestartStallLimit(absl::Duration limit);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_STALL_LIMIT_H_
