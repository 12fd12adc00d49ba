#include "jobs/worker.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "datasets/snapshot.h"
#include "eval/engine/engine.h"
#include "eval/models/dtype.h"
#include "jobs/plan.h"
#include "jobs/sample_log.h"
#include "sn37/base/append_log.h"
#include "sn37/base/digest.h"
#include "sn37/base/file_states.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/model_id.h"
#include "sn37/round/round.h"
#include "sn37/store/digest.h"
#include "sn37/store/local_store.h"

namespace sn37::jobs {
namespace {

absl::StatusOr<std::vector<RoundTask>> TasksOf(const EpochPlan& plan,
                                               const Competition& competition,
                                               const std::string& snapshot) {
  SN37_ASSIGN_OR_RETURN(Digest id, Digest::FromHex(plan.snapshot()));
  SN37_ASSIGN_OR_RETURN(datasets::Snapshot opened,
                        datasets::Snapshot::Open(snapshot, id));
  SN37_ASSIGN_OR_RETURN(Digest seed, Digest::FromHex(plan.seed()));
  return DrawTasks(competition, opened, seed);
}

}  // namespace

absl::Status RunWorker(const WorkerOptions& options, int shard,
                       absl::FunctionRef<void()> finished) {
  SN37_ASSIGN_OR_RETURN(EpochPlan plan, ReadPlan(options.folder.plan()));
  SN37_ASSIGN_OR_RETURN(const Shard entry, ShardAt(plan, shard));
  const PlannedModel& planned = *entry.model;
  const Constraints& constraints = entry.competition->constraints();
  SN37_ASSIGN_OR_RETURN(std::vector<RoundTask> tasks,
                        TasksOf(plan, *entry.competition, options.snapshot));
  eval::EngineOptions engine = options.engine;
  SN37_ASSIGN_OR_RETURN(engine.dtype, eval::ParseDType(plan.dtype()));
  const std::string path =
      options.folder.log(planned.competition(), planned.digest());
  SN37_ASSIGN_OR_RETURN(AppendLog log, AppendLog::Open(path, kMaxLogBytes));
  SN37_ASSIGN_OR_RETURN(std::vector<SampleResult> known, ReadSampleLog(path));

  SN37_ASSIGN_OR_RETURN(ModelId id, ParseModelId(planned.commitment()));
  RoundModel model;
  SN37_ASSIGN_OR_RETURN(
      model.folder,
      LocalStore(options.models).Fetch(id, constraints.max_bytes()));
  model.digest = planned.digest();
  SN37_ASSIGN_OR_RETURN(const FileStates files, ModelFileStates(model.folder));
  SN37_ASSIGN_OR_RETURN(Digest digest, ModelDigest(model.folder));
  if (digest.hex() != model.digest) {
    return absl::FailedPreconditionError(absl::StrCat(
        model.folder, " has changed since the epoch was planned; bring back ",
        "its files, or remove ", options.folder.path(), " to plan anew"));
  }
  model.competition = planned.competition();
  model.sequence_length = constraints.sequence_length();
  SN37_ASSIGN_OR_RETURN(model.tokenizer, TokenizerOf(plan, *entry.competition,
                                                     options.tokenizers));
  return RunRound(model, tasks, KeysOf(known), engine,
                  [&](const SampleResult& result) {
                    SN37_RETURN_IF_ERROR(files.CheckUnchanged());
                    SN37_RETURN_IF_ERROR(AppendSample(log, result));
                    finished();
                    return absl::OkStatus();
                  });
}

}  // namespace sn37::jobs
