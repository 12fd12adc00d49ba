#include "sn37/base/progress.h"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace sn37 {
namespace {

// Output in memory and a clock that the test moves.
class ProgressTest : public ::testing::Test {
 protected:
  ProgressTest() : out_(open_memstream(&buffer_, &size_)) {}
  ~ProgressTest() override {
    std::fclose(out_);
    std::free(buffer_);
  }
  ProgressOptions Options(bool terminal) {
    return {.out = out_, .terminal = terminal, .now = [this] { return now_; }};
  }
  std::string Output() {
    std::fflush(out_);
    return std::string(buffer_, size_);
  }

  char* buffer_ = nullptr;
  size_t size_ = 0;
  std::FILE* out_;
  double now_ = 100;
};

TEST_F(ProgressTest, ShortWorkShowsNothing) {
  {
    Progress progress("short", 10, "samples", Options(true));
    progress.Advance(5);
    now_ += 1.9;
    progress.Advance(5);
  }
  EXPECT_EQ(Output(), "");
}

TEST_F(ProgressTest, PlainLinesComeEveryFewSeconds) {
  {
    Progress progress("scoring", 200, "samples", Options(false));
    for (int second = 0; second < 10; ++second) {
      now_ += 1;
      progress.Advance(10);
    }
  }
  EXPECT_EQ(Output(),
            "scoring: 10% 20 of 200 samples, 10 per second, 0:18 left\n"
            "scoring: 35% 70 of 200 samples, 10 per second, 0:13 left\n"
            "scoring: 50% 100 of 200 samples, 10 per second, took 0:10\n");
}

TEST_F(ProgressTest, TerminalRedrawsOneLine) {
  {
    Progress progress("x\x1b[2J", 4, "models", Options(true));
    now_ += 3;
    progress.Advance(1);
    now_ += 0.05;
    progress.Advance(1);
    now_ += 0.95;
    progress.Advance(2);
  }
  EXPECT_EQ(Output(),
            "\rx\\x1b[2J: [#####...............] 25% 1 of 4 models, 0.333 per "
            "second, 0:09 left\x1b[K"
            "\rx\\x1b[2J: [####################] 100% 4 of 4 models, 1 per "
            "second, 0:00 left\x1b[K"
            "\rx\\x1b[2J: [####################] 100% 4 of 4 models, 1 per "
            "second, took 0:04\x1b[K\n");
}

TEST_F(ProgressTest, UnknownTotalShowsCountAndRate) {
  {
    Progress progress("reading", 0, "bytes", Options(false));
    now_ += 4;
    progress.Advance(5000000);
  }
  EXPECT_EQ(Output(),
            "reading: 5M bytes, 1.25M per second\n"
            "reading: 5M bytes, 1.25M per second, took 0:04\n");
}

TEST_F(ProgressTest, AdvanceFromManyThreadsCountsAll) {
  {
    Progress progress("threads", 4000, "steps", Options(false));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) progress.Advance(1);
      });
    }
    for (auto& thread : threads) thread.join();
    now_ += 10;
    progress.Advance(0);
  }
  EXPECT_NE(Output().find("100% 4000 of 4000 steps"), std::string::npos);
}

}  // namespace
}  // namespace sn37
