#include "jobs/evaluate.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "jobs/results.h"
#include "jobs/sample_log.h"
#include "sn37/base/file.h"
#include "sn37/base/progress.h"
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
absl::StatusOr<std::map<int, int64_t>> Missing(const EpochPlan& plan,
                                               const EpochFolder& folder) {
  std::map<int, int64_t> missing;
  for (int shard : Shards(plan)) {
    const PlannedModel& model = plan.models(shard);
    SN37_ASSIGN_OR_RETURN(std::vector<SampleResult> logged,
                          ReadSampleLog(LogOf(folder, model)));
    int64_t left =
        SampleCount(plan, model) - static_cast<int64_t>(logged.size());
    if (left > 0) missing[shard] = left;
  }
  return missing;
}

// SIGBUS is not among them: a disk that cannot be read is our fault.
bool Crashed(const ShardEnd& end) {
  switch (end.signal) {
    case SIGSEGV:
    case SIGABRT:
    case SIGFPE:
    case SIGILL:
      return true;
    default:
      return false;
  }
}

std::string Describe(const PlannedModel& model, const ShardEnd& end) {
  std::string what;
  if (end.signal != 0) {
    what = absl::StrCat("the worker was ended by ", strsignal(end.signal));
  } else if (!end.message.empty()) {
    what = end.message;
  } else {
    what = absl::StrCat("the worker ended with status ", end.exit_code);
  }
  return absl::StrCat("competition ", model.competition(), ", uid ",
                      model.uid(), ": ", what);
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

// A model that crashed its worker each time is at fault, unless every other
// one did so as well: then this machine or program is.
absl::Status BlameCrashes(const EpochPlan& plan, const EpochFolder& folder,
                          const std::map<int, int>& crashes, int tries) {
  std::vector<int> crashing;
  for (const auto& [shard, count] : crashes) {
    if (count == tries) crashing.push_back(shard);
  }
  if (crashing.size() > 1 && crashing == Shards(plan)) return absl::OkStatus();
  for (int shard : crashing) {
    SN37_RETURN_IF_ERROR(FailAll(plan, folder, plan.models(shard),
                                 "the model crashes its worker"));
  }
  return absl::OkStatus();
}

// Runs the shards that miss samples, at most twice. Returns why some still do.
absl::StatusOr<std::string> RunShards(const EpochPlan& plan,
                                      const EpochFolder& folder,
                                      Executor& executor) {
  constexpr int kTries = 2;
  std::map<int, int> crashes;
  std::string failure;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    using Counts = std::map<int, int64_t>;
    SN37_ASSIGN_OR_RETURN(Counts missing, Missing(plan, folder));
    if (missing.empty()) return "";
    std::vector<int> shards;
    int64_t total = 0;
    for (const auto& [shard, count] : missing) {
      shards.push_back(shard);
      total += count;
    }
    Progress progress("evaluating", total, "samples");
    SN37_ASSIGN_OR_RETURN(
        std::vector<ShardEnd> ends,
        executor.Run(shards, [&](int64_t n) { progress.Advance(n); }));
    for (size_t i = 0; i < ends.size(); ++i) {
      const PlannedModel& model = plan.models(shards[i]);
      if (ends[i].signal == 0 && ends[i].exit_code == 0) continue;
      failure = Describe(model, ends[i]);
      if (Crashed(ends[i])) ++crashes[shards[i]];
    }
  }
  SN37_RETURN_IF_ERROR(BlameCrashes(plan, folder, crashes, kTries));
  SN37_ASSIGN_OR_RETURN(auto missing, Missing(plan, folder));
  if (missing.empty()) return "";
  return failure.empty() ? "samples are missing from the logs" : failure;
}

}  // namespace

absl::StatusOr<Evaluation> Evaluate(const EpochPlan& plan,
                                    const EpochFolder& folder,
                                    Executor& executor) {
  SN37_RETURN_IF_ERROR(MakeFolder(folder.logs()));
  Evaluation evaluation;
  SN37_ASSIGN_OR_RETURN(evaluation.incomplete_because,
                        RunShards(plan, folder, executor));
  for (int shard : Shards(plan)) {
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
