#include "jobs/report/numbers.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sn37/competition/schedule.h"

namespace sn37::jobs {

std::string Score(double score) {
  return std::isfinite(score) ? absl::StrFormat("%.4f", score) : "failed";
}

std::string ScoreWithInterval(const ModelDecision& model) {
  if (!std::isfinite(model.score())) return "failed";
  return absl::StrFormat("%.4f [%.4f, %.4f]", model.score(), model.low(),
                         model.high());
}

std::string NumbersOf(const TaskResult& task) {
  return absl::StrJoin(
      task.numbers(), " · ", [](std::string* out, const eval::Number& number) {
        absl::StrAppendFormat(out, "%s %.4f", number.name(), number.value());
      });
}

std::string Percent(double share) {
  return share == 0 ? "–" : absl::StrFormat("%.1f %%", 100 * share);
}

const Competition* FindCompetition(const EpochPlan& plan, uint32_t id) {
  const absl::StatusOr<const Competition*> competition = CompetitionAt(
      plan.schedule(), static_cast<int64_t>(plan.sync_block()), id);
  return competition.ok() ? *competition : nullptr;
}

std::string ShortHotkey(absl::string_view hotkey) {
  if (hotkey.size() <= 9) return std::string(hotkey);
  return absl::StrCat(hotkey.substr(0, 4), "…",
                      hotkey.substr(hotkey.size() - 4));
}

}  // namespace sn37::jobs
