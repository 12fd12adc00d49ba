#include "jobs/run_epoch.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "jobs/decide.h"
#include "jobs/evaluate.h"
#include "jobs/examine.h"
#include "jobs/home.h"
#include "jobs/plan.h"
#include "jobs/publish.h"
#include "jobs/report/html.h"
#include "jobs/result_cache.h"
#include "jobs/results.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/schedule.h"
#include "sn37/competition/sync_block.h"
#include "sn37/state/validator_state.h"

namespace sn37::jobs {
namespace {

absl::StatusOr<int64_t> CurrentSyncBlock(const EpochInputs& inputs) {
  SN37_ASSIGN_OR_RETURN(chain::Block block, inputs.chain->Finalized());
  return SyncBlock(static_cast<int64_t>(block.number),
                   inputs.schedule->genesis_block(),
                   inputs.schedule->sync_cadence());
}

// The plan of the sync block: the one that was made before, or a new one.
absl::StatusOr<EpochPlan> PlanOnce(const EpochInputs& inputs,
                                   const EpochFolder& folder,
                                   const ValidatorState& state,
                                   int64_t sync_block) {
  if (FileExists(folder.plan())) return ReadPlan(folder.plan());
  PlanInputs plan_inputs;
  plan_inputs.chain = inputs.chain;
  plan_inputs.schedule = inputs.schedule;
  plan_inputs.snapshot = inputs.snapshot;
  plan_inputs.state = &state;
  plan_inputs.engine = inputs.engine;
  plan_inputs.dtype = inputs.dtype;
  plan_inputs.device = inputs.device;
  plan_inputs.tokenizers = TokenizersFolder(inputs.home);
  SN37_ASSIGN_OR_RETURN(EpochPlan plan, DraftPlan(plan_inputs, sync_block));
  SN37_RETURN_IF_ERROR(
      Examine(folder, *inputs.executor(folder, Stage::kExamine), plan));
  SN37_RETURN_IF_ERROR(WriteFileWhole(folder.plan(), plan.SerializeAsString()));
  return plan;
}

// A plan is carried out by the engine, device and snapshot that it names.
absl::Status CheckPlanIsOurs(const EpochPlan& plan, const EpochInputs& inputs,
                             const EpochFolder& folder) {
  auto check = [&](absl::string_view what, absl::string_view planned,
                   absl::string_view ours) {
    if (planned == ours) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        folder.plan(), " was made for ", what, " ", planned, ", this is ", ours,
        "; finish it as it was begun, or remove ", folder.path(),
        " to begin anew"));
  };
  SN37_RETURN_IF_ERROR(check("engine", plan.engine(), inputs.engine));
  SN37_RETURN_IF_ERROR(check("dtype", plan.dtype(), inputs.dtype));
  SN37_RETURN_IF_ERROR(check("device", plan.device(), inputs.device));
  return check("snapshot", plan.snapshot(), inputs.snapshot->id().hex());
}

absl::StatusOr<Outcome> DecideOrSayIncomplete(
    const EpochPlan& plan, const Evaluation& evaluation,
    const datasets::Snapshot& snapshot, const ValidatorState& state) {
  if (!evaluation.incomplete_because.empty()) {
    Outcome outcome;
    outcome.decision.set_format(1);
    outcome.decision.set_sync_block(plan.sync_block());
    outcome.decision.set_complete(false);
    outcome.decision.set_incomplete_because(evaluation.incomplete_because);
    return outcome;
  }
  SN37_ASSIGN_OR_RETURN(
      const ScheduleEntry* entry,
      EntryAt(plan.schedule(), static_cast<int64_t>(plan.sync_block())));
  SN37_ASSIGN_OR_RETURN(Digest seed, Digest::FromHex(plan.seed()));
  SN37_ASSIGN_OR_RETURN(TasksByCompetition tasks,
                        DrawAllTasks(*entry, snapshot, seed));
  return Decide(plan, tasks, evaluation.results, state);
}

absl::Status WriteOutputs(const EpochFolder& folder, const EpochPlan& plan,
                          absl::Span<const SampleResult> results,
                          Decision& decision) {
  SN37_ASSIGN_OR_RETURN(std::string parquet, ResultsParquet(results));
  decision.set_plan(Sha256(plan.SerializeAsString()).hex());
  decision.set_results(Sha256(parquet).hex());
  SN37_RETURN_IF_ERROR(WriteFileWhole(folder.results(), parquet));
  SN37_RETURN_IF_ERROR(
      WriteFileWhole(folder.decision(), decision.SerializeAsString()));
  return WriteFileWhole(folder.report(), ReportHtml(plan, decision));
}

// The key is read only when there are weights to set or to reveal.
absl::Status SetIntendedWeights(const EpochInputs& inputs, StateFile& file) {
  SN37_ASSIGN_OR_RETURN(const bool needed, HasIntents(file));
  if (!needed) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(chain::Keypair validator, inputs.validator());
  return FinishIntents(file, validator, *inputs.chain);
}

}  // namespace

absl::StatusOr<EpochResult> RunEpoch(const EpochInputs& inputs) {
  SN37_ASSIGN_OR_RETURN(StateFile file,
                        StateFile::Open(StatePath(inputs.home)));
  SN37_ASSIGN_OR_RETURN(ValidatorState state, file.Load());
  SN37_ASSIGN_OR_RETURN(int64_t sync_block, CurrentSyncBlock(inputs));
  if (state.last_epoch >= sync_block) {
    // Ended after publishing the state: the weights may be still to set.
    SN37_RETURN_IF_ERROR(SetIntendedWeights(inputs, file));
    return absl::AlreadyExistsError(absl::StrCat(
        "epoch ", *state.last_epoch, " is published already; the next is that ",
        "of block ",
        NextSyncBlock(*state.last_epoch, inputs.schedule->genesis_block(),
                      inputs.schedule->sync_cadence())));
  }
  const EpochFolder folder(inputs.home, static_cast<uint64_t>(sync_block));
  SN37_RETURN_IF_ERROR(MakeFolder(folder.path()));
  SN37_ASSIGN_OR_RETURN(EpochPlan plan,
                        PlanOnce(inputs, folder, state, sync_block));
  SN37_RETURN_IF_ERROR(CheckPlanIsOurs(plan, inputs, folder));
  SN37_RETURN_IF_ERROR(LogCachedResults(plan, folder, file));
  SN37_ASSIGN_OR_RETURN(
      Evaluation evaluation,
      Evaluate(plan, folder, *inputs.executor(folder, Stage::kEvaluate)));
  SN37_RETURN_IF_ERROR(CacheResults(plan, evaluation.results, file));
  SN37_ASSIGN_OR_RETURN(
      Outcome outcome,
      DecideOrSayIncomplete(plan, evaluation, *inputs.snapshot, state));
  SN37_RETURN_IF_ERROR(
      WriteOutputs(folder, plan, evaluation.results, outcome.decision));
  if (outcome.decision.complete()) {
    SN37_ASSIGN_OR_RETURN(const chain::Block head, inputs.chain->Head());
    SN37_RETURN_IF_ERROR(file.Publish(
        outcome.next,
        IntentOf(plan, outcome.decision, inputs.validator_hotkey, head)));
    SN37_RETURN_IF_ERROR(SetIntendedWeights(inputs, file));
  }
  return EpochResult{folder, std::move(plan), std::move(outcome.decision)};
}

}  // namespace sn37::jobs
