// A schedule read, checked and looked up by block. Pure functions.
//
//   SN37_ASSIGN_OR_RETURN(Schedule schedule, ParseSchedule(text));
//   SN37_ASSIGN_OR_RETURN(const ScheduleEntry* entry,
//                         EntryAt(schedule, sync_block));
#ifndef SN37_COMPETITION_SCHEDULE_H_
#define SN37_COMPETITION_SCHEDULE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// Whether every rule of schedule.proto's comments holds. The error names entry,
// competition and task.
absl::Status CheckSchedule(const Schedule& schedule);

// A schedule from its text form, defaults filled in, checked. An unknown field
// is an error: a misspelt limit must not be a missing one.
absl::StatusOr<Schedule> ParseSchedule(absl::string_view text);

// The entry in force at `block`: the last with from_block ≤ block. kNotFound
// when there is none. The pointer lives as long as `schedule`, unchanged.
absl::StatusOr<const ScheduleEntry*> EntryAt(const Schedule& schedule,
                                             int64_t block);

// The competition of that id in force at `block`; null when it does not run
// then. An id is wider here than in the schedule, for it comes from a miner.
absl::StatusOr<const Competition*> CompetitionAt(const Schedule& schedule,
                                                 int64_t block, int64_t id);

}  // namespace sn37

#endif  // SN37_COMPETITION_SCHEDULE_H_
