#include "jobs/uncaught.h"

#include <unistd.h>

#include <csignal>
#include <exception>
#include <limits>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace sn37::jobs {
namespace {

// What a death test looks at is standard error.
void Begin() {
  dup2(STDERR_FILENO, STDOUT_FILENO);
  TellUncaughtExceptions();
}

TEST(UncaughtDeathTest, LackOfMemoryIsToldFromAnyThread) {
  const auto take = [] {
    Begin();
    std::thread([] {
      volatile size_t all = std::numeric_limits<ptrdiff_t>::max();
      std::vector<char> bytes(all - 1);
    }).join();
  };
  EXPECT_EXIT(take(), testing::ExitedWithCode(1),
              "the worker ran out of memory");
}

TEST(UncaughtDeathTest, AnotherExceptionIsToldInOneLine) {
  const auto fail = [] {
    Begin();
    std::thread([] { throw std::runtime_error("one\ntwo"); }).join();
  };
  EXPECT_EXIT(fail(), testing::ExitedWithCode(1), "an exception: one.+two\n$");
}

TEST(UncaughtDeathTest, WhoGivesUpWithoutAnExceptionAborts) {
  const auto give_up = [] {
    Begin();
    std::terminate();
  };
  EXPECT_EXIT(give_up(), testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace sn37::jobs
