// A validator on a chain that others run as well: what would make its epoch
// end in weights that the chain refuses is said before hours are spent on it.
#ifndef SN37_JOBS_VALIDATOR_H_
#define SN37_JOBS_VALIDATOR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37::jobs {

// Whether the hotkey can set weights by the schedule, as far as the newest
// block tells: the chain has reached the schedule's first sync block, the
// subnet takes its version key, the hotkey has a slot and a validator's permit.
// FailedPrecondition, with what to do, if not; else errors of the chain.
absl::Status CheckValidator(chain::Client& chain, const Schedule& schedule,
                            absl::string_view hotkey);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_VALIDATOR_H_
