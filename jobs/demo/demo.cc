#include "jobs/demo/demo.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "jobs/demo/drop_layers.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/progress.h"
#include "sn37/base/status_macros.h"
#include "sn37/competition/model_id.h"
#include "sn37/store/digest.h"

namespace sn37::jobs {
namespace {

namespace fs = std::filesystem;

absl::Status Rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    return ErrnoStatus(errno, "rename", from);
  }
  return SyncFolder(fs::path(to).parent_path());
}

// The only commit in a repository's folder; empty when there is none yet.
absl::StatusOr<std::string> ExistingCommit(const std::string& repository) {
  if (!FileExists(repository)) return "";
  SN37_ASSIGN_OR_RETURN(std::vector<std::string> names,
                        ListFolder(repository, 10));
  for (const std::string& name : names) {
    if (name != "new") return name;
  }
  return "";
}

// Derives a miner's model from the base; returns its commit.
absl::StatusOr<std::string> MakeModel(const std::string& base,
                                      const std::string& repository,
                                      const DemoMiner& miner) {
  const std::string folder = JoinPath(repository, "new");
  SN37_RETURN_IF_ERROR(RemoveTree(folder));
  SN37_RETURN_IF_ERROR(MakeFolder(folder));
  SN37_RETURN_IF_ERROR(DropLayers(base, folder, miner.dropped));
  SN37_ASSIGN_OR_RETURN(Digest digest, ModelDigest(folder));
  std::string commit = LocalCommitId(digest);
  SN37_RETURN_IF_ERROR(Rename(folder, JoinPath(repository, commit)));
  return commit;
}

// A miner's repository with its commit.
struct DemoModel {
  std::string commit;
  Digest digest;
};

absl::StatusOr<std::vector<DemoModel>> MakeModels(
    const DemoWorld& world, absl::Span<const DemoMiner> miners) {
  const std::string base = JoinPath(world.models, "base");
  std::vector<DemoModel> models;
  Progress progress("preparing the demo's models", miners.size(), "models");
  for (const DemoMiner& miner : miners) {
    const std::string repository = JoinPath(world.models, miner.repository);
    DemoModel model;
    SN37_ASSIGN_OR_RETURN(model.commit, ExistingCommit(repository));
    if (model.commit.empty()) {
      if (!FileExists(base)) SN37_RETURN_IF_ERROR(world.make_base(base));
      SN37_ASSIGN_OR_RETURN(model.commit, MakeModel(base, repository, miner));
    }
    SN37_ASSIGN_OR_RETURN(model.digest,
                          ModelDigest(JoinPath(repository, model.commit)));
    models.push_back(std::move(model));
    progress.Advance(1);
  }
  SN37_RETURN_IF_ERROR(RemoveTree(base));
  return models;
}

absl::StatusOr<std::string> TextFor(const DemoMiner& miner,
                                    const DemoModel& model,
                                    absl::string_view hotkey) {
  SN37_ASSIGN_OR_RETURN(RepoId repository, ParseRepoId(miner.repository));
  ModelId id;
  id.repo_namespace = repository.repo_namespace;
  id.name = repository.name;
  id.commit = model.commit;
  id.secure_hash = SecureHash(model.digest.base64(), hotkey);
  id.competition = miner.competition;
  return CommitmentText(id);
}

absl::Status CommitModels(chain::Ledger& ledger, uint16_t netuid,
                          absl::Span<const DemoMiner> miners,
                          absl::Span<const DemoModel> models) {
  for (size_t i = 0; i < miners.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(chain::Keypair hotkey,
                          chain::Keypair::FromUri(miners[i].uri));
    SN37_RETURN_IF_ERROR(ledger.AdvanceTo(miners[i].block));
    SN37_ASSIGN_OR_RETURN(std::string text,
                          TextFor(miners[i], models[i], hotkey.address()));
    SN37_RETURN_IF_ERROR(ledger.Commit(hotkey, netuid, text));
  }
  return absl::OkStatus();
}

absl::Status FillLedger(chain::Ledger& ledger, uint16_t netuid,
                        uint64_t version_key,
                        absl::Span<const DemoMiner> miners,
                        absl::Span<const DemoModel> models) {
  chain::SubnetOptions options;
  options.hyperparameters.weights_version = version_key;
  SN37_RETURN_IF_ERROR(ledger.AddSubnet(netuid, options));
  SN37_ASSIGN_OR_RETURN(chain::Keypair owner,
                        chain::Keypair::FromUri("//demo/owner"));
  SN37_ASSIGN_OR_RETURN(chain::Keypair validator,
                        chain::Keypair::FromUri(kDemoValidator));
  constexpr uint64_t kStake = uint64_t{200'000} * 1'000'000'000;  // rao
  SN37_RETURN_IF_ERROR(
      ledger.Register(owner, netuid, validator.address()).status());
  SN37_RETURN_IF_ERROR(ledger.SetStake(netuid, validator.address(), kStake,
                                       /*validator_permit=*/true));
  for (const DemoMiner& miner : miners) {
    SN37_ASSIGN_OR_RETURN(chain::Keypair hotkey,
                          chain::Keypair::FromUri(miner.uri));
    SN37_RETURN_IF_ERROR(
        ledger.Register(owner, netuid, hotkey.address()).status());
  }
  SN37_RETURN_IF_ERROR(CommitModels(ledger, netuid, miners, models));
  return ledger.AdvanceTo(kDemoFirstBlock);
}

}  // namespace

const std::vector<DemoMiner>& DemoMiners() {
  static const auto& miners = *new std::vector<DemoMiner>{
      {"//demo/miner1", "demo/chat-full", 1, 1000, {}},
      {"//demo/miner2", "demo/chat-28", 1, 1050, {12, 21}},
      // A copy of the first, later: it must lose by epsilon.
      {"//demo/miner3", "demo/chat-copy", 1, 1100, {}},
      {"//demo/miner4", "demo/reasoning-29", 2, 1150, {20}},
      {"//demo/miner5", "demo/reasoning-27", 2, 1200, {8, 14, 22}},
  };
  return miners;
}

absl::Status PrepareDemo(const DemoWorld& world, uint16_t netuid,
                         uint64_t version_key,
                         absl::Span<const DemoMiner> miners) {
  if (FileExists(world.ledger)) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(std::vector<DemoModel> models,
                        MakeModels(world, miners));
  const std::string unfinished = absl::StrCat(world.ledger, ".new");
  SN37_RETURN_IF_ERROR(RemoveTree(unfinished));
  SN37_RETURN_IF_ERROR(RemoveTree(absl::StrCat(unfinished, "-journal")));
  {
    chain::Genesis genesis;
    genesis.seed = "sn37 demo";
    SN37_ASSIGN_OR_RETURN(std::unique_ptr<chain::Ledger> ledger,
                          chain::Ledger::Open(unfinished, genesis));
    SN37_RETURN_IF_ERROR(
        FillLedger(*ledger, netuid, version_key, miners, models));
  }
  return Rename(unfinished, world.ledger);
}

}  // namespace sn37::jobs
