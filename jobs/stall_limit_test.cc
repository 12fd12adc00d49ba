#include "jobs/stall_limit.h"

#include <unistd.h>

#include <chrono>
#include <thread>

#include "gtest/gtest.h"

namespace sn37::jobs {
namespace {

TEST(StallLimitDeathTest, AWaitingProcessIsEnded) {
  const auto wait = [] {
    signal(kStallSignal, SIG_IGN);
    RestartStallLimit(absl::Milliseconds(20));
    while (true) pause();
  };
  EXPECT_EXIT(wait(), testing::KilledBySignal(kStallSignal), "");
}

TEST(StallLimitDeathTest, ABusyThreadIsEnded) {
  const auto loop = [] {
    RestartStallLimit(absl::Milliseconds(20));
    std::thread([] {
      for (volatile bool busy = true; busy;) {
      }
    }).join();
  };
  EXPECT_EXIT(loop(), testing::KilledBySignal(kStallSignal), "");
}

TEST(StallLimitDeathTest, WhoFinishesSomethingGoesOn) {
  const auto work = [] {
    for (int i = 0; i < 4; ++i) {
      RestartStallLimit(absl::Seconds(1));
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    _exit(0);
  };
  EXPECT_EXIT(work(), testing::ExitedWithCode(0), "");
}

TEST(StallLimitDeathTest, AnInfiniteLimitEndsNone) {
  const auto wait = [] {
    RestartStallLimit(absl::Milliseconds(200));
    RestartStallLimit(absl::InfiniteDuration());
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    _exit(0);
  };
  EXPECT_EXIT(wait(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace sn37::jobs
