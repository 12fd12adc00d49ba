#include "sn37/state/validator_state.h"

#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

constexpr double kInf = std::numeric_limits<double>::infinity();

std::string FreshPath(const std::string& name) {
  std::string path = JoinPath(testing::TempDir(), name);
  std::remove(path.c_str());
  return path;
}

StateFile OpenOrDie(const std::string& path) {
  absl::StatusOr<StateFile> file = StateFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  return *std::move(file);
}

ValidatorState Example() {
  ValidatorState state;
  state.last_epoch = 1440;
  state.history[{1, "5A"}] = {{1080, 0.5, 900, 0.4}, {1440, kInf, 900, 0.3}};
  state.history[{2, "5A"}] = {{1440, 0.25, 800, 0.25}};
  state.averages[1] = {{"5A", 0.1f}, {"5B", 0.9f}};
  state.seen["5A"] = {1000, std::string("a:b\0c", 5), ""};
  state.seen["5B"] = {1001, "x", "parameters: too many"};
  state.kept = {{1, "5A"}, {2, "5A"}};
  return state;
}

void ExpectEqual(const ValidatorState& a, const ValidatorState& b) {
  EXPECT_EQ(a.last_epoch, b.last_epoch);
  EXPECT_EQ(a.history, b.history);
  EXPECT_EQ(a.averages, b.averages);
  EXPECT_EQ(a.seen, b.seen);
  EXPECT_EQ(a.kept, b.kept);
}

TEST(StateFileTest, ANewFileRemembersNothing) {
  StateFile file = OpenOrDie(FreshPath("new.db"));
  absl::StatusOr<ValidatorState> state = file.Load();
  ASSERT_TRUE(state.ok()) << state.status();
  ExpectEqual(*state, ValidatorState());
}

TEST(StateFileTest, WhatWasPublishedIsLoadedByTheNextProcess) {
  const std::string path = FreshPath("publish.db");
  ASSERT_TRUE(OpenOrDie(path).Publish(Example()).ok());
  StateFile again = OpenOrDie(path);
  ExpectEqual(*again.Load(), Example());
  // Publishing replaces, and may be repeated.
  ValidatorState next = Example();
  next.last_epoch = 1800;
  next.kept.clear();
  next.history.erase({2, "5A"});
  ASSERT_TRUE(again.Publish(next).ok());
  ASSERT_TRUE(again.Publish(next).ok());
  ExpectEqual(*again.Load(), next);
}

TEST(StateFileTest, AnOlderEpochIsRefused) {
  StateFile file = OpenOrDie(FreshPath("older.db"));
  ASSERT_TRUE(file.Publish(Example()).ok());
  ValidatorState older = Example();
  older.last_epoch = 1080;
  older.kept.clear();
  EXPECT_EQ(file.Publish(older).code(), absl::StatusCode::kInvalidArgument);
  ExpectEqual(*file.Load(), Example());
}

TEST(StateFileTest, ANaNScoreIsAFailure) {
  StateFile file = OpenOrDie(FreshPath("nan.db"));
  ValidatorState state;
  state.history[{1, "5A"}] = {
      {10, std::numeric_limits<double>::quiet_NaN(), 0, 0}};
  ASSERT_TRUE(file.Publish(state).ok());
  const Evaluation loaded = file.Load()->history.at({1, "5A"}).front();
  EXPECT_EQ(loaded.score, kInf);
}

TEST(StateFileTest, CacheGivesWhatWasPutUnderTheSameDigest) {
  StateFile file = OpenOrDie(FreshPath("cache.db"));
  const std::string value("a\0b", 3);
  EXPECT_EQ(*file.CacheGet(Sha256("k")), std::nullopt);
  ASSERT_TRUE(file.CachePut(Sha256("k"), "old").ok());
  ASSERT_TRUE(file.CachePut(Sha256("k"), value).ok());
  EXPECT_THAT(*file.CacheGet(Sha256("k")), Optional(value));
  EXPECT_EQ(*file.CacheGet(Sha256("other")), std::nullopt);
}

WeightsIntent ExampleIntent() {
  return {1440, 37, "5V", UINT64_MAX, {{3, 65535}, {1, 7}}, 1500};
}

TEST(StateFileTest, AnIntentStaysUntilItIsResolved) {
  const std::string path = FreshPath("intent.db");
  ASSERT_TRUE(OpenOrDie(path).Publish(Example(), ExampleIntent()).ok());
  StateFile file = OpenOrDie(path);
  EXPECT_THAT(*file.PendingIntent(), Optional(ExampleIntent()));
  ASSERT_TRUE(file.ResolveIntent(1080).ok());  // another epoch's
  ASSERT_TRUE(file.Publish(Example()).ok());   // without one
  EXPECT_THAT(*file.PendingIntent(), Optional(ExampleIntent()));
  ASSERT_TRUE(file.ResolveIntent(1440).ok());
  EXPECT_EQ(*file.PendingIntent(), std::nullopt);
  ASSERT_TRUE(file.ResolveIntent(1440).ok());
}

TEST(StateFileTest, ANewerIntentReplacesTheOlder) {
  StateFile file = OpenOrDie(FreshPath("newer.db"));
  ASSERT_TRUE(file.Publish(Example(), ExampleIntent()).ok());
  ValidatorState next = Example();
  next.last_epoch = 1800;
  EXPECT_EQ(file.Publish(next, ExampleIntent()).code(),
            absl::StatusCode::kInvalidArgument);
  const WeightsIntent newer = {1800, 37, "5V", 3010, {{0, 1}}};
  ASSERT_TRUE(file.Publish(next, newer).ok());
  EXPECT_THAT(*file.PendingIntent(), Optional(newer));
}

TEST(StateFileTest, WhatIsHiddenIsKeptUntilItIsForgotten) {
  const std::string path = FreshPath("hidden.db");
  const HiddenIntent older = {1080, 37, "5V", {{{3, 65535}}, {7, 8}, 3010}};
  const HiddenIntent newer = {
      1440, 37, "5V", {{{0, 1}, {1, 2}}, {9}, 18446744073709551615u}};
  {
    StateFile file = OpenOrDie(path);
    ASSERT_TRUE(file.Publish(Example(), ExampleIntent()).ok());
    ASSERT_TRUE(file.Hide(older).ok());  // another epoch's intent stays
    EXPECT_THAT(*file.PendingIntent(), Optional(ExampleIntent()));
    ASSERT_TRUE(file.Hide(newer).ok());
    EXPECT_EQ(*file.PendingIntent(), std::nullopt);
  }
  StateFile file = OpenOrDie(path);
  EXPECT_THAT(*file.Hidden(), ElementsAre(older, newer));
  ASSERT_TRUE(file.ForgetHidden(1080).ok());
  EXPECT_THAT(*file.Hidden(), ElementsAre(newer));
}

// The file was written by the program's version 1, which kept no intents.
TEST(StateFileTest, AStateOfVersion1IsMigratedWithAllItHolds) {
  absl::StatusOr<std::string> old =
      ReadFile("sn37/state/testdata/state_v1.sqlite", 1 << 20);
  ASSERT_TRUE(old.ok()) << old.status();
  const std::string path = FreshPath("v1.db");
  ASSERT_TRUE(WriteFileWhole(path, *old).ok());
  StateFile file = OpenOrDie(path);
  ValidatorState want;
  want.last_epoch = 1440;
  want.history[{1, "5A"}] = {{1080, 0.5, 900, 0.4}, {1440, 0.25, 900, 0.3}};
  want.averages[1] = {{"5A", 0.1f}, {"5B", 0.9f}};
  want.seen["5A"] = {1000, std::string("a:b\0c", 5), ""};
  want.kept = {{1, "5A"}};
  ExpectEqual(*file.Load(), want);
  EXPECT_THAT(*file.CacheGet(Sha256("key")), Optional(std::string("value")));
  EXPECT_EQ(*file.PendingIntent(), std::nullopt);
  ASSERT_TRUE(file.Publish(want, ExampleIntent()).ok());
  EXPECT_THAT(*file.PendingIntent(), Optional(ExampleIntent()));
}

TEST(StateFileTest, AnUnknownFormatVersionIsRefused) {
  const std::string path = FreshPath("unknown.db");
  OpenOrDie(path);
  std::string bytes = *ReadFile(path, 1 << 20);
  bytes[63] = 99;  // the last byte of the version, big endian
  ASSERT_TRUE(WriteFileWhole(path, bytes).ok());
  const absl::Status status = StateFile::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("validator state of format version 99"));
}

// A state that cannot be mistaken for the one before or after it.
ValidatorState NumberedState(int64_t epoch) {
  ValidatorState state;
  state.last_epoch = epoch;
  for (int i = 0; i < 50; ++i) {
    const std::string hotkey = absl::StrCat("5", i);
    state.history[{1, hotkey}] = {{epoch, 0.5, epoch, 0.5}};
    state.seen[hotkey] = {epoch, absl::StrCat(epoch), ""};
  }
  return state;
}

TEST(StateFileTest, AKilledProcessLeavesOneWholeState) {
  const std::string path = FreshPath("killed.db");
  int64_t published = 0;
  ASSERT_TRUE(OpenOrDie(path).Publish(NumberedState(0)).ok());
  for (int round = 0; round < 8; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      absl::StatusOr<StateFile> file = StateFile::Open(path);
      for (int64_t epoch = published + 1; file.ok(); ++epoch) {
        const WeightsIntent intent = {epoch, 37, "5V", 0, {{0, 1}}};
        if (!file->Publish(NumberedState(epoch), intent).ok()) break;
      }
      _exit(1);
    }
    absl::SleepFor(absl::Milliseconds(20 + 17 * round));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    StateFile file = OpenOrDie(path);
    const ValidatorState state = *file.Load();
    ASSERT_GE(*state.last_epoch, published);
    published = *state.last_epoch;
    ExpectEqual(state, NumberedState(published));
    const std::optional<WeightsIntent> intent = *file.PendingIntent();
    if (published > 0) {
      ASSERT_TRUE(intent.has_value());
      EXPECT_EQ(intent->sync_block, published);
    }
  }
  EXPECT_GT(published, 0);
}

TEST(StateFileTest, AForeignFileIsRefusedAndLeftAlone) {
  const std::string path = FreshPath("foreign.db");
  ASSERT_TRUE(WriteFileWhole(path, "this is not SQLite, it is my diary").ok());
  absl::Status status = StateFile::Open(path).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  EXPECT_EQ(*ReadFile(path, 100), "this is not SQLite, it is my diary");
}

TEST(StateFileTest, AFullDiskLosesNothingThatWasPublished) {
  const std::string path = FreshPath("full.db");
  StateFile file = OpenOrDie(path);
  ASSERT_TRUE(file.Publish(Example()).ok());
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  struct rlimit small = {64 << 10, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  absl::Status status = file.CachePut(Sha256("big"), std::string(1 << 20, 'x'));
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  ExpectEqual(*OpenOrDie(path).Load(), Example());
}

}  // namespace
}  // namespace sn37
