#include "jobs/plan.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/competition/model_id.h"
#include "sn37/competition/retry.h"
#include "sn37/competition/schedule.h"
#include "sn37/competition/sync_block.h"
#include "sn37/store/digest.h"
#include "sn37/store/tokenizer_store.h"

namespace sn37::jobs {
namespace {

constexpr uint32_t kFormat = 1;

// Makes the plan of one epoch. Lives for one DraftPlan.
class Planner {
 public:
  Planner(const PlanInputs& inputs, int64_t sync_block)
      : in_(inputs), sync_block_(sync_block) {}

  absl::StatusOr<EpochPlan> Run() {
    SN37_ASSIGN_OR_RETURN(entry_, EntryAt(*in_.schedule, sync_block_));
    SN37_RETURN_IF_ERROR(FillHeader());
    SN37_RETURN_IF_ERROR(FillTokenizers());
    SN37_RETURN_IF_ERROR(FillTasks());
    SN37_RETURN_IF_ERROR(FillSlots());
    SN37_RETURN_IF_ERROR(FillModels());
    Sort();
    return std::move(plan_);
  }

 private:
  uint16_t netuid() const {
    return static_cast<uint16_t>(in_.schedule->netuid());
  }

  absl::Status FillHeader() {
    SN37_ASSIGN_OR_RETURN(
        chain::Block block,
        in_.chain->GetBlock(static_cast<uint64_t>(sync_block_)));
    plan_.set_format(kFormat);
    plan_.set_netuid(in_.schedule->netuid());
    plan_.set_sync_block(block.number);
    plan_.set_block_hash(block.hash);
    plan_.set_seed(SeedFromBlockHash(block.hash).hex());
    *plan_.mutable_schedule() = *in_.schedule;
    plan_.set_snapshot(in_.snapshot->id().hex());
    plan_.set_engine(in_.engine);
    plan_.set_dtype(in_.dtype);
    plan_.set_device(in_.device);
    return absl::OkStatus();
  }

  // What the schedule asks of the evaluation and this program cannot do.
  absl::Status CheckCanEvaluate(const Competition& competition) const {
    const Constraints& constraints = competition.constraints();
    const std::string dtype =
        absl::AsciiStrToLower(Dtype_Name(constraints.dtype()));
    if (constraints.dtype() != DTYPE_UNSPECIFIED && dtype != in_.dtype) {
      return absl::FailedPreconditionError(
          absl::StrCat("competition ", competition.id(), " is evaluated in ",
                       dtype, "; run with --dtype=", dtype));
    }
    return absl::OkStatus();
  }

  absl::Status FillTokenizers() {
    for (const Competition& competition : entry_->competitions()) {
      const std::string& name = competition.constraints().tokenizer();
      if (name.empty()) continue;
      SN37_ASSIGN_OR_RETURN(const std::string folder,
                            TokenizerFolder(in_.tokenizers, name));
      SN37_ASSIGN_OR_RETURN(const Digest digest, TokenizerDigest(folder));
      PlannedTokenizer& planned = *plan_.add_tokenizers();
      planned.set_competition(competition.id());
      planned.set_digest(digest.hex());
    }
    return absl::OkStatus();
  }

  absl::Status FillTasks() {
    for (const Competition& competition : entry_->competitions()) {
      SN37_RETURN_IF_ERROR(CheckCanEvaluate(competition));
    }
    SN37_ASSIGN_OR_RETURN(TasksByCompetition drawn,
                          DrawAllTasks(*entry_, *in_.snapshot,
                                       SeedFromBlockHash(plan_.block_hash())));
    for (const auto& [competition, tasks] : drawn) {
      for (const RoundTask& task : tasks) {
        PlannedTask& planned = *plan_.add_tasks();
        planned.set_competition(competition);
        planned.set_name(task.task.name());
        planned.set_sample_set(task.sample_set.hex());
        planned.set_samples(static_cast<uint32_t>(task.samples.size()));
      }
    }
    return absl::OkStatus();
  }

  absl::Status FillSlots() {
    SN37_ASSIGN_OR_RETURN(
        chain::Metagraph graph,
        in_.chain->GetMetagraph(netuid(), plan_.sync_block()));
    for (const chain::Neuron& neuron : graph.neurons) {
      Slot& slot = *plan_.add_slots();
      slot.set_uid(neuron.uid);
      slot.set_hotkey(neuron.hotkey);
      slot.set_registered_at(neuron.registered_at);
      uids_[neuron.hotkey] = neuron.uid;
    }
    SN37_ASSIGN_OR_RETURN(chain::Hyperparameters parameters,
                          in_.chain->GetHyperparameters(netuid()));
    plan_.set_max_weight_limit(parameters.max_weight_limit);
    return absl::OkStatus();
  }

  absl::Status FillModels() {
    SN37_ASSIGN_OR_RETURN(
        chain::Commitments commitments,
        in_.chain->GetCommitments(netuid(), plan_.sync_block()));
    for (const chain::Commitment& commitment : commitments.commitments) {
      auto uid = uids_.find(commitment.hotkey);
      if (uid != uids_.end()) {  // else: left the subnet
        SN37_RETURN_IF_ERROR(Consider(commitment, uid->second));
      }
    }
    return absl::OkStatus();
  }

  // Plans or rejects one hotkey's commitment.
  absl::Status Consider(const chain::Commitment& commitment, uint32_t uid) {
    absl::StatusOr<ModelId> id = ParseModelId(commitment.text);
    if (!id.ok()) {
      Reject(commitment, uid, 0, "", std::string(id.status().message()));
      return absl::OkStatus();
    }
    const std::string repository = RepoName(*id);
    SN37_ASSIGN_OR_RETURN(
        const Competition* competition,
        CompetitionAt(*in_.schedule, sync_block_, id->competition));
    if (competition == nullptr) {
      Reject(commitment, uid, 0, repository,
             absl::StrCat("competition ", id->competition, " does not run"));
      return absl::OkStatus();
    }
    std::string why;
    std::optional<Reason> reason = ReasonFor(commitment, *competition, why);
    if (!reason.has_value()) {
      Reject(commitment, uid, competition->id(), repository, why);
      return absl::OkStatus();
    }
    PlannedModel planned;
    planned.set_competition(competition->id());
    planned.set_uid(uid);
    planned.set_hotkey(commitment.hotkey);
    planned.set_block(commitment.block);
    planned.set_repository(repository);
    planned.set_commit(id->commit.value_or(""));
    planned.set_reason(*reason);
    planned.set_commitment(commitment.text);
    *plan_.add_models() = std::move(planned);
    return absl::OkStatus();
  }

  // Why the model is evaluated in this epoch; nothing, and `why` not, if it is
  // not.
  std::optional<Reason> ReasonFor(const chain::Commitment& commitment,
                                  const Competition& competition,
                                  std::string& why) const {
    const int64_t block = static_cast<int64_t>(commitment.block);
    const int64_t delay = competition.constraints().eval_block_delay();
    if (!IsEligible(block, delay, sync_block_)) {
      why = absl::StrCat("may be evaluated from block ", block + delay, " on");
      return std::nullopt;
    }
    const std::string& hotkey = commitment.hotkey;
    auto seen = in_.state->seen.find(hotkey);
    if (seen == in_.state->seen.end() || seen->second.block != block ||
        seen->second.text != commitment.text) {
      return NEW;
    }
    if (!seen->second.misconfigured.empty()) {
      why = seen->second.misconfigured;
      return std::nullopt;
    }
    const std::pair<uint32_t, std::string> key(competition.id(), hotkey);
    if (in_.state->kept.count(key) > 0) return KEPT;
    auto history = in_.state->history.find(key);
    if (history == in_.state->history.end() ||
        ShouldRetry(history->second, competition.epsilon(), sync_block_)) {
      return RETRY;
    }
    why = "dropped: cannot win at today's epsilon";
    return std::nullopt;
  }

  void Reject(const chain::Commitment& commitment, uint32_t uid,
              uint32_t competition, const std::string& repository,
              const std::string& why) {
    RejectedModel& rejected = *plan_.add_rejected();
    rejected.set_competition(competition);
    rejected.set_uid(uid);
    rejected.set_hotkey(commitment.hotkey);
    rejected.set_repository(repository);
    rejected.set_why(Printable(why));
  }

  void Sort() {
    auto order = [](const auto& a, const auto& b) {
      return std::make_tuple(a.competition(), a.uid()) <
             std::make_tuple(b.competition(), b.uid());
    };
    std::sort(plan_.mutable_models()->begin(), plan_.mutable_models()->end(),
              order);
    std::sort(plan_.mutable_rejected()->begin(),
              plan_.mutable_rejected()->end(), order);
  }

  const PlanInputs& in_;
  const int64_t sync_block_;
  const ScheduleEntry* entry_ = nullptr;
  std::map<std::string, uint32_t> uids_;  // by hotkey
  EpochPlan plan_;
};

}  // namespace

absl::StatusOr<TasksByCompetition> DrawAllTasks(
    const ScheduleEntry& entry, const datasets::Snapshot& snapshot,
    const Digest& seed) {
  TasksByCompetition tasks;
  for (const Competition& competition : entry.competitions()) {
    absl::StatusOr<std::vector<RoundTask>> drawn =
        DrawTasks(competition, snapshot, seed);
    SN37_RETURN_IF_ERROR(Annotate(
        drawn.status(), absl::StrCat("competition ", competition.id())));
    tasks[competition.id()] = *std::move(drawn);
  }
  return tasks;
}

absl::StatusOr<EpochPlan> DraftPlan(const PlanInputs& inputs,
                                    int64_t sync_block) {
  return Planner(inputs, sync_block).Run();
}

absl::StatusOr<Shard> ShardAt(const EpochPlan& plan, int index) {
  if (index < 0 || index >= plan.models_size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the plan has ", plan.models_size(),
                     " models, there is none at ", index));
  }
  const PlannedModel& model = plan.models(index);
  SN37_ASSIGN_OR_RETURN(
      const Competition* competition,
      CompetitionAt(plan.schedule(), static_cast<int64_t>(plan.sync_block()),
                    model.competition()));
  return Shard{&model, competition};
}

std::string TokenizerDigestOf(const EpochPlan& plan, uint32_t competition) {
  for (const PlannedTokenizer& planned : plan.tokenizers()) {
    if (planned.competition() == competition) return planned.digest();
  }
  return "";
}

absl::StatusOr<std::string> TokenizerOf(const EpochPlan& plan,
                                        const Competition& competition,
                                        const std::string& root) {
  const std::string& name = competition.constraints().tokenizer();
  if (name.empty()) return "";
  SN37_ASSIGN_OR_RETURN(std::string folder, TokenizerFolder(root, name));
  SN37_ASSIGN_OR_RETURN(const Digest digest, TokenizerDigest(folder));
  if (digest.hex() == TokenizerDigestOf(plan, competition.id())) return folder;
  return absl::FailedPreconditionError(absl::StrCat(
      folder,
      " has changed since the epoch was planned; bring back its files, ",
      "or remove the epoch's folder to plan anew"));
}

absl::StatusOr<EpochPlan> ReadPlan(const std::string& path) {
  constexpr uint64_t kMaxPlanBytes = 64 << 20;
  SN37_ASSIGN_OR_RETURN(std::string bytes, ReadFile(path, kMaxPlanBytes));
  EpochPlan plan;
  if (!plan.ParseFromString(bytes)) {
    return absl::DataLossError(
        absl::StrCat(path, " is no plan; remove it and run the epoch again"));
  }
  if (plan.format() != kFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " has format ", plan.format(), ", this program knows ", kFormat));
  }
  return plan;
}

}  // namespace sn37::jobs
