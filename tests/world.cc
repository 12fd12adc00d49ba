#include "tests/world.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

namespace fs = std::filesystem;

constexpr char kProgram[] = "jobs/epoch";
constexpr char kBase[] = "eval/weights/smollm2";
constexpr int64_t kBaseLayers = 30;

// All layers of the base but these.
std::set<int64_t> Without(const std::set<int64_t>& kept) {
  std::set<int64_t> dropped;
  for (int64_t layer = 0; layer < kBaseLayers; ++layer) {
    if (kept.count(layer) == 0) dropped.insert(layer);
  }
  return dropped;
}

// The world as made once; homes are copies of it.
const std::string& Original() {
  static const auto& home = *new std::string([] {
    std::string folder = JoinPath(testing::TempDir(), "original");
    SN37_CHECK(MakeFolder(folder).ok());
    jobs::DemoWorld world;
    world.ledger = JoinPath(folder, "ledger.db");
    world.models = JoinPath(folder, "models");
    world.make_base = [](const std::string& base) {
      // Real files: what Bazel hands to a test are links.
      fs::create_directories(base);
      for (const auto& entry : fs::directory_iterator(kBase)) {
        fs::copy_file(fs::canonical(entry.path()),
                      fs::path(base) / entry.path().filename());
      }
      return absl::OkStatus();
    };
    absl::Status status = jobs::PrepareDemo(world, /*netuid=*/37,
                                            /*version_key=*/3010, TinyMiners());
    SN37_CHECK(status.ok()) << status.ToString();
    return folder;
  }());
  return home;
}

std::vector<std::string> Command(const std::string& home,
                                 absl::Span<const std::string> flags) {
  std::vector<std::string> command = {
      fs::canonical(kProgram), absl::StrCat("--home=", home),
      absl::StrCat("--schedule=",
                   fs::canonical("tests/testdata/tiny.textproto").string()),
      absl::StrCat("--snapshot=",
                   fs::absolute("datasets/demo/snapshot").string())};
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

// Starts the program in a process group of its own, its output in `log`.
pid_t Start(const std::vector<std::string>& command, const std::string& log,
            uint64_t max_file_bytes = RLIM_INFINITY) {
  std::vector<char*> argv;
  for (const std::string& word : command) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  pid_t pid = fork();
  SN37_CHECK(pid >= 0);
  if (pid > 0) return pid;
  setpgid(0, 0);
  int out = open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  struct rlimit limit = {max_file_bytes, max_file_bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
  execv(argv[0], argv.data());
  _exit(127);
}

Ended Finish(pid_t pid, const std::string& log) {
  int status = 0;
  waitpid(pid, &status, 0);
  Ended ended;
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  ended.output = *ReadFile(log, 1 << 20);
  return ended;
}

std::string LogFile(const std::string& home) {
  return absl::StrCat(home, ".output");
}

}  // namespace

std::vector<jobs::DemoMiner> TinyMiners() {
  return {
      {"//demo/miner1", "demo/two", 1, 1000, Without({0, 29})},
      {"//demo/miner2", "demo/one", 1, 1050, Without({0})},
      {"//demo/miner3", "demo/copy", 1, 1100, Without({0, 29})},
      {"//demo/miner4", "demo/first", 2, 1150, Without({0, 1})},
      {"//demo/miner5", "demo/middle", 2, 1200, Without({14, 15})},
  };
}

std::string NewHome(const std::string& name) {
  std::string home = JoinPath(testing::TempDir(), name);
  fs::remove_all(home);
  fs::create_directories(home);
  fs::copy_file(Original() + "/ledger.db", home + "/ledger.db");
  fs::copy(Original() + "/models", home + "/models",
           fs::copy_options::recursive | fs::copy_options::create_hard_links);
  return home;
}

Ended RunEpochProgram(const std::string& home,
                      absl::Span<const std::string> flags) {
  return Finish(Start(Command(home, flags), LogFile(home)), LogFile(home));
}

bool RunAndKill(const std::string& home, int milliseconds) {
  pid_t pid = Start(Command(home, {}), LogFile(home));
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::milliseconds(milliseconds);
  while (std::chrono::steady_clock::now() < end) {
    if (waitpid(pid, nullptr, WNOHANG) == pid) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  kill(-pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return false;
}

Ended RunWithFileLimit(const std::string& home, uint64_t max_file_bytes) {
  return Finish(Start(Command(home, {}), LogFile(home), max_file_bytes),
                LogFile(home));
}

std::string PlanResultsDecision(const jobs::EpochFolder& folder) {
  constexpr uint64_t kMaxBytes = 64 << 20;
  std::string bytes;
  for (const std::string& path :
       {folder.plan(), folder.results(), folder.decision()}) {
    absl::StatusOr<std::string> content = ReadFile(path, kMaxBytes);
    EXPECT_TRUE(content.ok()) << content.status();
    absl::StrAppend(&bytes, path.substr(path.rfind('/')), "\n",
                    content.value_or(""));
  }
  return bytes;
}

}  // namespace sn37
