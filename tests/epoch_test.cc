// Whole epochs, by the program itself, on a small world.
//
// SN37_KILLS=n kills that many times instead of three (//tests:long).
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "chain/local/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jobs/epoch.pb.h"
#include "jobs/epoch_folder.h"
#include "sn37/base/append_log.h"
#include "sn37/base/file.h"
#include "sn37/round/round.pb.h"
#include "sn37/state/validator_state.h"
#include "tests/world.h"

namespace sn37 {
namespace {

using jobs::Decision;
using jobs::EpochFolder;
using testing::HasSubstr;
using testing::Not;

// The first epoch as one undisturbed run leaves it.
const std::string& Undisturbed() {
  static const auto& home = *new std::string([] {
    std::string home = NewHome("undisturbed");
    Ended ended = RunEpochProgram(home);
    EXPECT_EQ(ended.status, 0) << ended.output;
    return home;
  }());
  return home;
}

EpochFolder First(const std::string& home) {
  return EpochFolder(home, kFirstEpoch);
}

Decision ReadDecision(const EpochFolder& folder) {
  Decision decision;
  EXPECT_TRUE(decision.ParseFromString(
      ReadFile(folder.decision(), 64 << 20).value_or("")));
  return decision;
}

const jobs::ModelDecision& ModelOf(const Decision& decision, uint32_t uid) {
  for (const jobs::ModelDecision& model : decision.models()) {
    if (model.uid() == uid) return model;
  }
  ADD_FAILURE() << "no model of uid " << uid;
  return decision.models(0);
}

TEST(EpochTest, TheCopyLosesToTheOriginalByEpsilon) {
  Decision decision = ReadDecision(First(Undisturbed()));
  ASSERT_TRUE(decision.complete());
  ASSERT_EQ(decision.models_size(), 5);
  for (const jobs::ModelDecision& model : decision.models()) {
    EXPECT_EQ(model.failure(), "") << "uid " << model.uid();
  }
  const jobs::ModelDecision& original = ModelOf(decision, 1);
  const jobs::ModelDecision& copy = ModelOf(decision, 3);
  EXPECT_EQ(original.score(), copy.score());
  EXPECT_LT(original.rank(), copy.rank());
  EXPECT_GT(original.wins(), copy.wins());
}

TEST(EpochTest, WeightsAreOnTheLedgerAndTheClockHasMoved) {
  Decision decision = ReadDecision(First(Undisturbed()));
  auto ledger = chain::Ledger::Open(Undisturbed() + "/ledger.db", {});
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  EXPECT_EQ((*ledger)->Head()->number, kFirstEpoch + 360);
  auto weights = (*ledger)->GetWeights(37, /*uid=*/0);
  ASSERT_TRUE(weights.ok()) << weights.status();
  ASSERT_EQ(static_cast<int>(weights->size()), decision.weights_size());
  ASSERT_EQ(weights->size(), 2);  // one winner in each competition
  for (int i = 0; i < decision.weights_size(); ++i) {
    EXPECT_EQ((*weights)[i].uid, decision.weights(i).uid());
    EXPECT_EQ((*weights)[i].value, decision.weights(i).value());
  }
  EXPECT_NEAR(decision.weights(0).weight(), 0.6, 1e-6);
}

TEST(EpochTest, BatchAndThreadsChangeNoByte) {
  const std::string home = NewHome("arranged");
  Ended ended = RunEpochProgram(home, {"--batch=1", "--threads=1"});
  ASSERT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(PlanResultsDecision(First(home)),
            PlanResultsDecision(First(Undisturbed())));
}

TEST(EpochTest, KilledAtAnyMomentItEndsTheSame) {
  int kills = 3;
  if (const char* more = std::getenv("SN37_KILLS")) {
    ASSERT_TRUE(absl::SimpleAtoi(more, &kills));
  }
  // A world whose epoch has ended by itself is replaced by a fresh one.
  std::string home = NewHome("killed");
  std::mt19937 random(37);
  for (int i = 0; i < kills;) {
    if (RunAndKill(home, 50 + static_cast<int>(random() % 3000))) {
      home = NewHome("killed");
    } else {
      ++i;
    }
  }
  // A run that was killed after it had published leaves the next epoch to the
  // next run; the first is what counts here.
  if (!FileExists(First(home).decision())) {
    Ended ended = RunEpochProgram(home);
    ASSERT_EQ(ended.status, 0) << ended.output;
  }
  EXPECT_EQ(PlanResultsDecision(First(home)),
            PlanResultsDecision(First(Undisturbed())));
  // Nothing is logged twice: what was in flight was not logged at all.
  int logs = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(First(home).logs())) {
    auto log = ReadLog(entry.path(), 1 << 30);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(log->records.size(), 9);
    ++logs;
  }
  EXPECT_EQ(logs, 4);  // miners 1 and 3 share one
}

TEST(EpochTest, RunAgainItTakesTheNextSyncBlockAndMovesTheAverages) {
  const std::string home = NewHome("again");
  ASSERT_EQ(RunEpochProgram(home).status, 0);
  Ended ended = RunEpochProgram(home);
  ASSERT_EQ(ended.status, 0) << ended.output;
  Decision first = ReadDecision(First(home));
  Decision second = ReadDecision(EpochFolder(home, kFirstEpoch + 360));
  EXPECT_EQ(second.sync_block(), kFirstEpoch + 360);
  EXPECT_NE(ModelOf(first, 1).score(), ModelOf(second, 1).score());
  double sum = 0;
  for (const jobs::ModelDecision& model : second.models()) {
    if (model.competition() == 1) sum += model.competition_weight();
  }
  EXPECT_NEAR(sum, 1, 1e-6);
}

TEST(EpochTest, AFullDiskIsToldAndNothingIsLost) {
  const std::string home = NewHome("full");
  ASSERT_TRUE(StateFile::Open(home + "/state.db").ok());
  // Each limit lets the epoch come a little further: plan, logs, state.
  int full = 0;
  for (uint64_t limit = 1 << 10; limit <= 1 << 16; limit *= 2) {
    Ended ended = RunWithFileLimit(home, limit);
    if (ended.status == 0) break;
    EXPECT_EQ(ended.status, 1) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr("file-size limit")) << limit;
    ++full;
  }
  EXPECT_GE(full, 2);
  if (!FileExists(First(home).decision()) ||
      !ReadDecision(First(home)).complete()) {
    Ended ended = RunEpochProgram(home);
    ASSERT_EQ(ended.status, 0) << ended.output;
  }
  EXPECT_EQ(PlanResultsDecision(First(home)),
            PlanResultsDecision(First(Undisturbed())));
}

TEST(EpochTest, WhereNoWorkerHasTimeNoModelIsToBlame) {
  const std::string home = NewHome("stalled");
  Ended ended = RunEpochProgram(home, {"--stall_limit=1ms"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("--stall_limit"));
  ended = RunEpochProgram(home);
  ASSERT_EQ(ended.status, 0) << ended.output;
  EXPECT_EQ(PlanResultsDecision(First(home)),
            PlanResultsDecision(First(Undisturbed())));
}

TEST(EpochTest, AModelWhoseFilesChangedIsMisconfiguredAndTheRestGoesOn) {
  const std::string home = NewHome("changed");
  std::string config;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           home + "/models/demo/one")) {
    if (entry.path().filename() == "config.json") config = entry.path();
  }
  ASSERT_FALSE(config.empty());
  std::string text = *ReadFile(config, 1 << 20);
  std::filesystem::remove(config);  // not the other homes' link
  ASSERT_TRUE(WriteFileWhole(config, absl::StrCat(text, " ")).ok());
  Ended ended = RunEpochProgram(home);
  ASSERT_EQ(ended.status, 0) << ended.output;
  Decision decision = ReadDecision(First(home));
  EXPECT_TRUE(decision.complete());
  EXPECT_THAT(ModelOf(decision, 2).failure(), HasSubstr("hash"));
  EXPECT_EQ(ModelOf(decision, 1).rank(), 1);
}

// A home's schedule in which the first competition names a tokenizer.
std::string ScheduleWithTokenizer(const std::string& home) {
  std::string schedule =
      ReadFile("tests/testdata/tiny.textproto", 1 << 20).value_or("");
  const std::string before = "constraints {";
  schedule.insert(schedule.find(before) + before.size(),
                  "\n      tokenizer: \"someone/one\"");
  const std::string path = home + "/schedule.textproto";
  EXPECT_TRUE(WriteFileWhole(path, schedule).ok());
  return path;
}

TEST(EpochTest, ACompetitionMayScoreEveryModelWithItsTokenizer) {
  const std::string home = NewHome("tokenizer");
  const std::string schedule = "--schedule=" + ScheduleWithTokenizer(home);
  Ended ended = RunEpochProgram(home, {schedule});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("someone/one is missing: put its"));

  const std::string folder = home + "/tokenizers/someone/one";
  ASSERT_TRUE(MakeFolder(folder).ok());
  for (const char* name : {"tokenizer.json", "tokenizer_config.json"}) {
    std::filesystem::copy_file(std::string("eval/weights/smollm2/") + name,
                               folder + "/" + name);
  }
  ended = RunEpochProgram(home, {schedule});
  ASSERT_EQ(ended.status, 0) << ended.output;
  const Decision decision = ReadDecision(First(home));
  EXPECT_TRUE(decision.complete());
  for (const jobs::ModelDecision& model : decision.models()) {
    EXPECT_EQ(model.failure(), "") << "uid " << model.uid();
    // What models bring their own for is scored as before.
    if (model.competition() == 2) {
      EXPECT_EQ(
          model.score(),
          ModelOf(ReadDecision(First(Undisturbed())), model.uid()).score());
    }
  }
  jobs::EpochPlan plan;
  ASSERT_TRUE(plan.ParseFromString(
      ReadFile(First(home).plan(), 64 << 20).value_or("")));
  ASSERT_EQ(plan.tokenizers_size(), 1);
  EXPECT_EQ(plan.tokenizers(0).competition(), 1);
}

TEST(EpochTest, ALedgerThatIsNoneIsRefused) {
  const std::string home = NewHome("diary");
  ASSERT_TRUE(WriteFileWhole(home + "/ledger.db", "dear diary").ok());
  Ended ended = RunEpochProgram(home);
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("ledger.db"));
}

TEST(EpochTest, ASnapshotThatIsNotThePinnedOneIsRefused) {
  const std::string home = NewHome("snapshot");
  const std::string snapshot = home + "/snapshot";
  std::filesystem::create_directories(snapshot);
  for (const auto& entry :
       std::filesystem::directory_iterator("datasets/demo/snapshot")) {
    std::filesystem::copy_file(
        std::filesystem::canonical(entry.path()),
        std::filesystem::path(snapshot) / entry.path().filename());
  }
  const std::string manifest = snapshot + "/manifest.json";
  std::string text = *ReadFile(manifest, 1 << 20);
  std::filesystem::remove(manifest);
  ASSERT_TRUE(WriteFileWhole(manifest, absl::StrCat(text, " ")).ok());
  Ended ended = RunEpochProgram(home, {absl::StrCat("--snapshot=", snapshot)});
  EXPECT_EQ(ended.status, 1);
  EXPECT_THAT(ended.output, HasSubstr("manifest.json"));
}

}  // namespace
}  // namespace sn37
