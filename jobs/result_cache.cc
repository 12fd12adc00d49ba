#include "jobs/result_cache.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "jobs/plan.h"
#include "jobs/sample_log.h"
#include "sn37/base/append_log.h"
#include "sn37/base/digest.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/schedule.h"

namespace sn37::jobs {
namespace {

// A task of a model in a plan.
struct Item {
  const PlannedModel* model;
  const PlannedTask* task;
  Digest key;
};

// Everything that a result depends on; what a score is made of later (weight,
// normalization, the task's name) is not part of it.
absl::StatusOr<Digest> KeyOf(const EpochPlan& plan, const PlannedModel& model,
                             const PlannedTask& planned) {
  SN37_ASSIGN_OR_RETURN(
      const Competition* competition,
      CompetitionAt(plan.schedule(), static_cast<int64_t>(plan.sync_block()),
                    model.competition()));
  for (const Task& task : competition->tasks()) {
    if (task.name() != planned.name()) continue;
    std::string stops;
    for (const std::string& stop : task.stop_strings()) {
      absl::StrAppend(&stops, stop.size(), ":", stop, "\n");
    }
    return Sha256(absl::StrCat(
        "sn37 result 2\n", model.digest(), "\n",
        TokenizerDigestOf(plan, model.competition()), "\n",
        planned.sample_set(), "\n", plan.engine(), "\n", plan.dtype(), "\n",
        plan.device(), "\n", Method_Name(task.method()), "\n",
        task.max_new_tokens(), "\n", task.repetition_penalty(), "\n",
        LossUnit_Name(task.loss_unit()), "\n", stops,
        competition->constraints().sequence_length()));
  }
  return absl::DataLossError(absl::StrCat("the plan's task ", planned.name(),
                                          " is not in its schedule"));
}

// The tasks of every distinct model that is evaluated.
absl::StatusOr<std::vector<Item>> Items(const EpochPlan& plan) {
  std::vector<Item> items;
  std::set<std::pair<uint32_t, std::string>> seen;
  for (const PlannedModel& model : plan.models()) {
    if (!model.misconfigured().empty()) continue;
    if (!seen.emplace(model.competition(), model.digest()).second) continue;
    for (const PlannedTask& task : plan.tasks()) {
      if (task.competition() != model.competition()) continue;
      SN37_ASSIGN_OR_RETURN(Digest key, KeyOf(plan, model, task));
      items.push_back({&model, &task, key});
    }
  }
  return items;
}

absl::Status LogCached(const EpochFolder& folder, const Item& item,
                       CachedTask cached) {
  const std::string path =
      folder.log(item.model->competition(), item.model->digest());
  SN37_ASSIGN_OR_RETURN(AppendLog log, AppendLog::Open(path, kMaxLogBytes));
  SN37_ASSIGN_OR_RETURN(std::vector<SampleResult> logged, ReadSampleLog(path));
  const std::set<SampleKey> known = KeysOf(logged);
  for (SampleResult& result : *cached.mutable_results()) {
    if (known.count({item.task->name(), result.index()}) > 0) continue;
    result.set_competition(item.model->competition());
    result.set_task(item.task->name());
    SN37_RETURN_IF_ERROR(log.Append(result.SerializeAsString()));
  }
  return log.Sync();
}

}  // namespace

absl::Status LogCachedResults(const EpochPlan& plan, const EpochFolder& folder,
                              StateFile& state) {
  SN37_RETURN_IF_ERROR(MakeFolder(folder.logs()));
  SN37_ASSIGN_OR_RETURN(std::vector<Item> items, Items(plan));
  for (const Item& item : items) {
    SN37_ASSIGN_OR_RETURN(std::optional<std::string> bytes,
                          state.CacheGet(item.key));
    CachedTask cached;
    if (!bytes.has_value() || !cached.ParseFromString(*bytes)) continue;
    SN37_RETURN_IF_ERROR(LogCached(folder, item, std::move(cached)));
  }
  return absl::OkStatus();
}

absl::Status CacheResults(const EpochPlan& plan,
                          absl::Span<const SampleResult> results,
                          StateFile& state) {
  std::map<std::tuple<uint32_t, std::string, std::string>, CachedTask> tasks;
  for (const SampleResult& result : results) {
    if (result.status() != SCORED) continue;
    *tasks[{result.competition(), result.model_digest(), result.task()}]
         .add_results() = result;
  }
  SN37_ASSIGN_OR_RETURN(std::vector<Item> items, Items(plan));
  SN37_RETURN_IF_ERROR(state.CacheClear());
  for (const Item& item : items) {
    const CachedTask& task = tasks[{item.model->competition(),
                                    item.model->digest(), item.task->name()}];
    if (task.results_size() != static_cast<int>(item.task->samples())) continue;
    SN37_RETURN_IF_ERROR(state.CachePut(item.key, task.SerializeAsString()));
  }
  return absl::OkStatus();
}

}  // namespace sn37::jobs
