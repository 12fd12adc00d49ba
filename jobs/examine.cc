#include "jobs/examine.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "eval/status.h"
#include "jobs/plan.h"
#include "jobs/run_shards.h"
#include "sn37/base/file.h"
#include "sn37/base/file_states.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/constraints.h"
#include "sn37/competition/model_id.h"
#include "sn37/round/check.h"
#include "sn37/store/digest.h"
#include "sn37/store/fault_text.h"

namespace sn37::jobs {
namespace {

absl::StatusOr<Examination> ExamineFolder(const std::string& folder,
                                          const PlannedModel& planned,
                                          const ModelId& id,
                                          const Competition& competition,
                                          const std::string& tokenizer) {
  Examination found;
  const absl::StatusOr<Digest> digest = ModelDigest(folder);
  if (!digest.ok()) return absl::UnavailableError(digest.status().message());
  found.set_digest(digest->hex());
  if (SecureHash(digest->base64(), planned.hotkey()) != id.secure_hash) {
    found.set_misconfigured(
        "the model's files are not those that the commitment's hash names");
    return found;
  }
  absl::StatusOr<std::vector<ConstraintResult>> results =
      CheckFolder(folder, competition, tokenizer);
  if (results.ok()) {
    found.set_misconfigured(Failures(*results));
  } else if (eval::IsModelFault(results.status())) {
    found.set_misconfigured(FaultText(results.status(), folder));
  } else {
    return results.status();
  }
  return found;
}

absl::StatusOr<Examination> ExamineModel(const PlannedModel& planned,
                                         const Competition& competition,
                                         const std::string& tokenizer,
                                         ModelStore& store) {
  Examination found;
  SN37_ASSIGN_OR_RETURN(const ModelId id, ParseModelId(planned.commitment()));
  absl::StatusOr<std::string> folder =
      store.Fetch(id, competition.constraints().max_bytes());
  if (!folder.ok()) {
    if (!RulesOut(folder.status())) return folder.status();
    found.set_misconfigured(FaultText(folder.status(), ""));
    return found;
  }
  // The store has the files: that they cannot be read, or change meanwhile, is
  // not the model's fault.
  const absl::StatusOr<FileStates> files = ModelFileStates(*folder);
  if (!files.ok()) return absl::UnavailableError(files.status().message());
  SN37_ASSIGN_OR_RETURN(
      found, ExamineFolder(*folder, planned, id, competition, tokenizer));
  SN37_RETURN_IF_ERROR(files->CheckUnchanged());
  return found;
}

absl::StatusOr<UnfinishedShards> Unfinished(const EpochFolder& folder,
                                            const EpochPlan& plan) {
  UnfinishedShards unfinished;
  for (int i = 0; i < plan.models_size(); ++i) {
    if (!FileExists(folder.examination(i))) unfinished[i] = 1;
  }
  return unfinished;
}

absl::Status ReadExamination(const EpochFolder& folder, int shard,
                             PlannedModel& planned) {
  constexpr uint64_t kMaxBytes = 1 << 20;
  SN37_ASSIGN_OR_RETURN(const std::string bytes,
                        ReadFile(folder.examination(shard), kMaxBytes));
  Examination found;
  if (!found.ParseFromString(bytes)) {
    return absl::DataLossError(absl::StrCat(folder.examination(shard),
                                            " is no examination; run again"));
  }
  planned.set_digest(found.digest());
  planned.set_misconfigured(found.misconfigured());
  return absl::OkStatus();
}

}  // namespace

absl::Status Examine(const EpochFolder& folder, Executor& executor,
                     EpochPlan& plan) {
  SN37_RETURN_IF_ERROR(RemoveTree(folder.examined()));
  SN37_RETURN_IF_ERROR(MakeFolder(folder.examined()));
  SN37_RETURN_IF_ERROR(
      WriteFileWhole(folder.draft(), plan.SerializeAsString()));
  const size_t shards = static_cast<size_t>(plan.models_size());
  auto unfinished = [&] { return Unfinished(folder, plan); };
  SN37_ASSIGN_OR_RETURN(
      const ShardsEnd end,
      RunShards(plan, {"checking models", "models", shards, unfinished},
                executor));
  if (!end.failure.empty()) return absl::UnavailableError(end.failure);
  for (int i = 0; i < plan.models_size(); ++i) {
    if (FileExists(folder.examination(i))) {
      SN37_RETURN_IF_ERROR(ReadExamination(folder, i, *plan.mutable_models(i)));
    }
  }
  for (const auto& [shard, fault] : end.at_fault) {
    plan.mutable_models(shard)->set_misconfigured(fault);
  }
  return RemoveTree(folder.examined());
}

absl::Status RunExaminer(const EpochFolder& folder, ModelStore& store,
                         const std::string& tokenizers, int shard) {
  SN37_ASSIGN_OR_RETURN(const EpochPlan plan, ReadPlan(folder.draft()));
  SN37_ASSIGN_OR_RETURN(const Shard entry, ShardAt(plan, shard));
  SN37_ASSIGN_OR_RETURN(const std::string tokenizer,
                        TokenizerOf(plan, *entry.competition, tokenizers));
  SN37_ASSIGN_OR_RETURN(
      const Examination found,
      ExamineModel(*entry.model, *entry.competition, tokenizer, store));
  return WriteFileWhole(folder.examination(shard), found.SerializeAsString());
}

}  // namespace sn37::jobs
