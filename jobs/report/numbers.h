// What the table and the page have in common, so that both say the same.
#ifndef SN37_JOBS_REPORT_NUMBERS_H_
#define SN37_JOBS_REPORT_NUMBERS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "jobs/epoch.pb.h"

namespace sn37::jobs {

// "0.4213"; "failed" when not finite.
std::string Score(double score);

// "0.4213 [0.4011, 0.4415]"; "failed" when not finite.
std::string ScoreWithInterval(const ModelDecision& model);

// What a task's score came from, "ndcg 0.6131 · hit 0.7500"; "" where there is
// nothing but the score. The names are the method's own.
std::string NumbersOf(const TaskResult& task);

// "37.5 %" of a share; "–" for zero.
std::string Percent(double share);

// The competition of that id at the plan's sync block; null when none is.
const Competition* FindCompetition(const EpochPlan& plan, uint32_t id);

// The first and last characters of an address: "5Grw…utQY".
std::string ShortHotkey(absl::string_view hotkey);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_REPORT_NUMBERS_H_
