#include "jobs/executors/local.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

absl::Status Errno(absl::string_view what, int error) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", what, ": ", std::strerror(error)));
}

// A message is for people: enough for a status, never a flood.
constexpr size_t kMaxMessage = 4096;

// Reads a child's lines from `fd` until its end of file.
std::string Follow(int fd, absl::FunctionRef<void(int64_t)> progress) {
  std::string message, line;
  char buffer[4096];
  while (true) {
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return message;
    int64_t finished = 0;
    for (char c : absl::string_view(buffer, n)) {
      if (c != '\n') {
        if (line.size() < kMaxMessage) line.push_back(c);
        continue;
      }
      if (line == ".") {
        ++finished;
      } else {
        message = line;
      }
      line.clear();
    }
    if (finished > 0) progress(finished);
  }
}

// Pointers into `words`, and a null at the end.
std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) {
    pointers.push_back(const_cast<char*>(word.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

absl::StatusOr<pid_t> Spawn(const std::vector<std::string>& command,
                            const std::vector<std::string>& environment,
                            int stdout_fd) {
  const std::vector<char*> argv = Pointers(command);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stdout_fd, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                   O_RDONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  pid_t pid = 0;
  int error = posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(),
                          Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return Errno(absl::StrCat("start ", command[0]), error);
  return pid;
}

absl::StatusOr<ShardEnd> RunOne(const std::vector<std::string>& command,
                                const std::vector<std::string>& environment,
                                absl::FunctionRef<void(int64_t)> progress) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return Errno("make a pipe", errno);
  absl::StatusOr<pid_t> pid = Spawn(command, environment, fds[1]);
  close(fds[1]);
  if (!pid.ok()) {
    close(fds[0]);
    return pid.status();
  }
  ShardEnd end;
  end.message = Follow(fds[0], progress);
  close(fds[0]);
  int status = 0;
  while (waitpid(*pid, &status, 0) < 0) {
    if (errno != EINTR) return Errno("wait for a worker", errno);
  }
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
  return end;
}

}  // namespace

LocalExecutor::LocalExecutor(std::vector<std::string> command,
                             std::vector<std::string> environment)
    : command_(std::move(command)), environment_(std::move(environment)) {}

absl::StatusOr<std::vector<ShardEnd>> LocalExecutor::Run(
    absl::Span<const int> shards, absl::FunctionRef<void(int64_t)> progress) {
  std::vector<ShardEnd> ends;
  for (size_t i = 0; i < shards.size(); ++i) {
    std::vector<std::string> command = command_;
    for (int shard : shards.subspan(i, 2)) {
      command.push_back(absl::StrCat(shard));
    }
    SN37_ASSIGN_OR_RETURN(ShardEnd end,
                          RunOne(command, environment_, progress));
    ends.push_back(std::move(end));
  }
  return ends;
}

}  // namespace sn37::jobs
