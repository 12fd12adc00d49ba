// The epoch's outcome as a table for a terminal: for each competition rank,
// uid, model, score with interval, score per task, wins and weight.
#ifndef SN37_JOBS_REPORT_TERMINAL_H_
#define SN37_JOBS_REPORT_TERMINAL_H_

#include <string>

#include "jobs/epoch.pb.h"

namespace sn37::jobs {

std::string ReportTable(const EpochPlan& plan, const Decision& decision);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_REPORT_TERMINAL_H_
