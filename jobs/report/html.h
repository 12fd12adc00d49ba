// report.html: an epoch for people. One self-contained page (no script, no
// request to anywhere), readable on a phone, light and dark: the weights, the
// ranking of each competition, a chart of the scores per task, what failed and
// why, and the digests from which anyone can recompute it.
//
// A pure function of the plan and the decision; text from outside (repository
// names, errors) is escaped.
#ifndef SN37_JOBS_REPORT_HTML_H_
#define SN37_JOBS_REPORT_HTML_H_

#include <string>

#include "jobs/epoch.pb.h"

namespace sn37::jobs {

std::string ReportHtml(const EpochPlan& plan, const Decision& decision);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_REPORT_HTML_H_
