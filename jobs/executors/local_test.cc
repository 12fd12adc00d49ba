#include "jobs/executors/local.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sn37::jobs {
namespace {

// Runs `script` with the shard in $1 and the next one in $2.
absl::StatusOr<std::vector<ShardEnd>> RunScript(const std::string& script,
                                                std::vector<int> shards,
                                                int64_t& finished) {
  LocalExecutor executor({"/bin/sh", "-c", script, "sh"},
                         {"PATH=/usr/bin:/bin", "SN37_NAMED=named"});
  return executor.Run(shards, [&](int64_t n) { finished += n; });
}

TEST(LocalExecutorTest, CountsFinishedSamplesAndKeepsTheMessage) {
  int64_t finished = 0;
  auto ends = RunScript("echo .; echo .; echo $1 is fine, next: $2.; echo .",
                        {4, 7}, finished);
  ASSERT_TRUE(ends.ok()) << ends.status();
  ASSERT_EQ(ends->size(), 2);
  EXPECT_EQ(finished, 6);
  EXPECT_EQ((*ends)[0].message, "4 is fine, next: 7.");
  EXPECT_EQ((*ends)[1].message, "7 is fine, next: .");
  EXPECT_EQ((*ends)[0].exit_code, 0);
}

TEST(LocalExecutorTest, TellsHowAWorkerEndedAndGoesOn) {
  int64_t finished = 0;
  auto ends =
      RunScript("case $1 in 0) exit 3;; 1) kill -SEGV $$;; esac; echo .",
                {0, 1, 2}, finished);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_EQ((*ends)[0].exit_code, 3);
  EXPECT_EQ((*ends)[1].signal, SIGSEGV);
  EXPECT_EQ((*ends)[2].exit_code, 0);
  EXPECT_EQ(finished, 1);
}

TEST(LocalExecutorTest, AFloodOfOutputIsCut) {
  int64_t finished = 0;
  auto ends =
      RunScript("head -c 1000000 /dev/zero | tr '\\0' x; echo", {0}, finished);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_EQ((*ends)[0].message.size(), 4096);
}

TEST(LocalExecutorTest, AWorkerHasNothingOfOursButItsStandardError) {
  setenv("SN37_FOREIGN", "secret", 1);
  constexpr int kOurs = 77;
  ASSERT_EQ(dup2(STDERR_FILENO, kOurs), kOurs);
  int64_t finished = 0;
  auto ends = RunScript(R"(
      read line && echo an input && exit 1
      [ -e /proc/$$/fd/2 ] || exit 2
      [ -e /proc/$$/fd/77 ] && echo an open file && exit 3
      tr '\0' ' ' < /proc/$$/environ; echo)",
                        {0}, finished);
  close(kOurs);
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_EQ((*ends)[0].exit_code, 0);
  EXPECT_EQ((*ends)[0].message, "PATH=/usr/bin:/bin SN37_NAMED=named ");
}

TEST(LocalExecutorTest, ACommandThatCannotStartIsAnError) {
  LocalExecutor executor({"/no/such/program"}, {});
  EXPECT_EQ(executor.Run({0}, [](int64_t) {}).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace sn37::jobs
