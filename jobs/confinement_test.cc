#include "jobs/confinement.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::jobs {
namespace {

using testing::ElementsAre;

// Each of these asks for something; true where it is given.
struct Deed {
  const char* name;
  std::function<bool()> succeeds;
};

std::vector<Deed> Forbidden() {
  const auto spawn = [] {
    char* const argv[] = {const_cast<char*>("true"), nullptr};
    pid_t child = 0;
    errno = posix_spawn(&child, "/bin/true", nullptr, nullptr, argv, argv + 1);
    return errno == 0;
  };
  const auto clone = [] {
    const long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    return child > 0;
  };
  return {
      {"exec",
       [] {
         execl("/bin/false", "false", nullptr);  // fails the test by its status
         return false;
       }},
      {"spawn", spawn},
      {"clone", clone},
      {"fork",
       [] {
         const pid_t child = fork();
         if (child == 0) _exit(0);
         return child > 0;
       }},
      {"ptrace", [] { return ptrace(PTRACE_TRACEME, 0, 0, 0) == 0; }},
      {"kill", [] { return kill(getppid(), 0) == 0; }},
      {"kill_group", [] { return kill(0, 0) == 0; }},
      {"tgkill",
       [] { return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0; }},
      {"io_uring",
       [] {
         char parameters[256] = {};
         return syscall(SYS_io_uring_setup, 1, parameters) >= 0;
       }},
      {"unshare", [] { return unshare(CLONE_NEWUSER) == 0; }},
      {"type",
       [] { return ioctl(STDIN_FILENO, TIOCSTI, "x") == 0 || errno != EPERM; }},
  };
}

std::vector<Deed> Sockets() {
  const auto opens = [](int family, int type) {
    return [family, type] { return socket(family, type, 0) >= 0; };
  };
  return {
      {"tcp", opens(AF_INET, SOCK_STREAM)},
      {"tcp6", opens(AF_INET6, SOCK_STREAM)},
      {"udp", opens(AF_INET, SOCK_DGRAM)},
      {"unix", opens(AF_UNIX, SOCK_STREAM)},
  };
}

// Ends with status 0 if the deed fails with EPERM.
[[noreturn]] void Try(const Deed& deed) {
  errno = 0;
  _exit(!deed.succeeds() && errno == EPERM ? 0 : 1);
}

[[noreturn]] void Confined(Network network, const std::function<void()>& then) {
  if (!ConfineProcess(network).ok()) _exit(2);
  then();
  _exit(0);
}

TEST(ConfinementDeathTest, WhatAWorkerDoesNotNeedIsRefused) {
  for (const Network network : {Network::kNone, Network::kAllowed}) {
    for (const Deed& deed : Forbidden()) {
      EXPECT_EXIT(Confined(network, [&] { Try(deed); }),
                  testing::ExitedWithCode(0), "")
          << deed.name;
    }
  }
}

TEST(ConfinementDeathTest, WithoutTheNetworkThereIsNoSocket) {
  for (const Deed& deed : Sockets()) {
    EXPECT_EXIT(Confined(Network::kNone, [&] { Try(deed); }),
                testing::ExitedWithCode(0), "")
        << deed.name;
  }
}

TEST(ConfinementDeathTest, TheNetworkCanBeGivenUpLater) {
  const Deed tcp = Sockets()[0];
  const auto later = [&] {
    if (!tcp.succeeds()) _exit(3);
    Confined(Network::kNone, [&] { Try(tcp); });
  };
  EXPECT_EXIT(Confined(Network::kAllowed, later), testing::ExitedWithCode(0),
              "");
}

TEST(ConfinementDeathTest, ThreadsThatRunAlreadyAreConfinedToo) {
  const auto begin = [] {
    std::atomic<bool> confined = false;
    std::thread before([&] {
      while (!confined) std::this_thread::yield();
      Try(Sockets()[0]);
    });
    if (!ConfineProcess(Network::kNone).ok()) _exit(2);
    confined = true;
    before.join();
  };
  EXPECT_EXIT(begin(), testing::ExitedWithCode(0), "");
}

TEST(ConfinementDeathTest, ThreadsFilesAndMemoryAreLeft) {
  const auto work = [] {
    bool read = false;
    std::thread([&] {
      const int file = open("/dev/null", O_RDWR);
      char byte = 0;
      read = file >= 0 && ::read(file, &byte, 1) == 0 &&
             std::vector<char>(64 << 20, 1).back() == 1;
    }).join();
    _exit(read ? 0 : 1);
  };
  EXPECT_EXIT(Confined(Network::kNone, work), testing::ExitedWithCode(0), "");
}

TEST(ConfinementDeathTest, ItCanStillAbort) {
  EXPECT_EXIT(Confined(Network::kNone, [] { std::abort(); }),
              testing::KilledBySignal(SIGABRT), "");
}

TEST(ConfinementDeathTest, NoPrivilegesAreGainedAndNoCoreIsLeft) {
  const auto look = [] {
    rlimit core;
    getrlimit(RLIMIT_CORE, &core);
    _exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && core.rlim_max == 0
              ? 0
              : 1);
  };
  EXPECT_EXIT(Confined(Network::kNone, look), testing::ExitedWithCode(0), "");
}

TEST(ConfinementTest, TheEnvironmentIsWhatIsNamed) {
  setenv("SN37_NAMED", "a b=c", 1);
  setenv("SN37_FOREIGN", "secret", 1);
  unsetenv("SN37_ABSENT");
  EXPECT_THAT(EnvironmentOf({"SN37_ABSENT", "SN37_NAMED"}),
              ElementsAre("SN37_NAMED=a b=c"));
}

}  // namespace
}  // namespace sn37::jobs
