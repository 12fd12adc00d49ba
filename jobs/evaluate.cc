#include "jobs/evaluate.h"

#include <unistd.h>

#include <cerrno>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/results.h"
#include "jobs/run_shards.h"
#include "jobs/sample_log.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

// One per distinct model of a competition, by its first place in the plan.
std::vector<int> Shards(const EpochPlan& plan) {
  std::vector<int> shards;
  std::set<std::pair<uint32_t, std::string>> seen;
  for (int i = 0; i < plan.models_size(); ++i) {
    const PlannedModel& model = plan.models(i);
    if (!model.misconfigured().empty()) continue;
    if (seen.emplace(model.competition(), model.digest()).second) {
      shards.push_back(i);
    }
  }
  return shards;
}

int64_t SampleCount(const EpochPlan& plan, const PlannedModel& model) {
  int64_t count = 0;
  for (const PlannedTask& task : plan.tasks()) {
    if (task.competition() == model.competition()) count += task.samples();
  }
  return count;
}

std::string LogOf(const EpochFolder& folder, const PlannedModel& model) {
  return folder.log(model.competition(), model.digest());
}

// The shards whose logs miss samples, with how many.
absl::StatusOr<UnfinishedShards> Unfinished(const EpochPlan& plan,
                                            const EpochFolder& folder) {
  UnfinishedShards unfinished;
  for (int shard : Shards(plan)) {
    const PlannedModel& model = plan.models(shard);
    SN37_ASSIGN_OR_RETURN(std::vector<SampleResult> logged,
                          ReadSampleLog(LogOf(folder, model)));
    int64_t left =
        SampleCount(plan, model) - static_cast<int64_t>(logged.size());
    if (left > 0) unfinished[shard] = left;
  }
  return unfinished;
}

// Logs every sample of the model as failed, those that its worker finished
// too: how many these were depends on the batch.
absl::Status FailAll(const EpochPlan& plan, const EpochFolder& folder,
                     const PlannedModel& model, const std::string& error) {
  const std::string path = LogOf(folder, model);
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, "remove", path);
  }
  SN37_ASSIGN_OR_RETURN(AppendLog log, AppendLog::Open(path, kMaxLogBytes));
  for (const PlannedTask& task : plan.tasks()) {
    if (task.competition() != model.competition()) continue;
    for (int64_t i = 0; i < task.samples(); ++i) {
      SampleResult result;
      result.set_model_digest(model.digest());
      result.set_competition(model.competition());
      result.set_task(task.name());
      result.set_index(i);
      result.set_status(MODEL_FAILED);
      result.set_error(error);
      SN37_RETURN_IF_ERROR(AppendSample(log, result));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Evaluation> Evaluate(const EpochPlan& plan,
                                    const EpochFolder& folder,
                                    Executor& executor) {
  SN37_RETURN_IF_ERROR(MakeFolder(folder.logs()));
  const std::vector<int> shards = Shards(plan);
  auto unfinished = [&] { return Unfinished(plan, folder); };
  SN37_ASSIGN_OR_RETURN(
      ShardsEnd end,
      RunShards(plan, {"evaluating", "samples", shards.size(), unfinished},
                executor));
  for (const auto& [shard, fault] : end.at_fault) {
    SN37_RETURN_IF_ERROR(FailAll(plan, folder, plan.models(shard), fault));
  }
  Evaluation evaluation;
  evaluation.incomplete_because = end.failure;
  for (int shard : shards) {
    SN37_ASSIGN_OR_RETURN(std::vector<SampleResult> logged,
                          ReadSampleLog(LogOf(folder, plan.models(shard))));
    for (SampleResult& result : logged) {
      evaluation.results.push_back(std::move(result));
    }
  }
  SortResults(evaluation.results);
  return evaluation;
}

}  // namespace sn37::jobs
