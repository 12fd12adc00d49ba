// Drafts from an embedded ledger on which each hotkey is one case.
#include "jobs/plan.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/competition/model_id.h"
#include "sn37/competition/schedule.h"

namespace sn37::jobs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

constexpr uint16_t kNetuid = 37;
constexpr int64_t kSyncBlock = 1440;
constexpr uint64_t kOld = 1000;     // evaluated since long
constexpr uint64_t kRecent = 1341;  // 99 blocks before: one too few

class PlanTest : public testing::Test {
 protected:
  PlanTest() {
    const auto schedule =
        ParseSchedule(*ReadFile("sn37/competition/demo.textproto", 1 << 20));
    EXPECT_TRUE(schedule.ok()) << schedule.status();
    schedule_ = *schedule;
    const std::string path = JoinPath(
        testing::TempDir(),
        absl::StrCat(
            testing::UnitTest::GetInstance()->current_test_info()->name(),
            ".db"));
    auto ledger = chain::Ledger::Open(path, {.seed = "plan", .block = 500});
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    ledger_ = *std::move(ledger);
    EXPECT_TRUE(ledger_->AddSubnet(kNetuid, {}).ok());
  }

  static chain::Keypair KeyOf(const std::string& name) {
    return *chain::Keypair::FromUri(absl::StrCat("//", name));
  }

  static std::string Text(const std::string& name, int64_t competition = 1) {
    ModelId id;
    id.repo_namespace = "me";
    id.name = name;
    id.commit = std::string(40, 'c');
    id.secure_hash = "hash";
    id.competition = competition;
    return CompressModelId(id);
  }

  // A hotkey with a slot; returns its address.
  std::string Miner(const std::string& name) {
    const chain::Keypair key = KeyOf(name);
    EXPECT_TRUE(ledger_->Register(key, kNetuid, key.address()).ok());
    return key.address();
  }

  void CommitAt(uint64_t block, const std::string& name,
                const std::string& text) {
    EXPECT_TRUE(ledger_->AdvanceTo(block).ok());
    const absl::Status status = ledger_->Commit(KeyOf(name), kNetuid, text);
    EXPECT_TRUE(status.ok()) << status;
  }

  // The state remembers the commitment as one that was evaluated.
  void See(const std::string& hotkey, const std::string& text,
           const std::string& misconfigured = "") {
    state_.seen[hotkey] = {kOld, text, misconfigured};
  }

  absl::StatusOr<EpochPlan> TryDraft() {
    EXPECT_TRUE(ledger_->AdvanceTo(kSyncBlock + 7).ok());
    const auto snapshot = datasets::Snapshot::Open(
        "datasets/demo/snapshot", *Digest::FromHex(schedule_.snapshot()));
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    return DraftPlan({.chain = ledger_.get(),
                      .schedule = &schedule_,
                      .snapshot = &*snapshot,
                      .state = &state_,
                      .engine = "engine",
                      .dtype = "bfloat16",
                      .device = "cpu",
                      .tokenizers = tokenizers_},
                     kSyncBlock);
  }

  EpochPlan Draft() {
    const absl::StatusOr<EpochPlan> plan = TryDraft();
    EXPECT_TRUE(plan.ok()) << plan.status();
    return plan.ok() ? *plan : EpochPlan();
  }

  const std::string tokenizers_ = JoinPath(testing::TempDir(), "tokenizers");
  Schedule schedule_;
  std::unique_ptr<chain::Ledger> ledger_;
  ValidatorState state_;
};

TEST_F(PlanTest, TheClockIsTheSyncBlock) {
  const EpochPlan plan = Draft();
  EXPECT_EQ(plan.sync_block(), kSyncBlock);
  const auto block = ledger_->GetBlock(kSyncBlock);
  EXPECT_EQ(plan.block_hash(), block->hash);
  EXPECT_EQ(plan.seed(), Sha256(block->hash).hex());
}

TEST_F(PlanTest, ACommitmentIsPlannedByWhatTheStateKnowsOfIt) {
  const std::string fresh = Miner("new"), kept = Miner("kept"),
                    retry = Miner("retry"), lost = Miner("lost"),
                    refused = Miner("refused"), again = Miner("again");
  for (const char* name : {"new", "kept", "retry", "lost", "refused"}) {
    CommitAt(kOld, name, Text(name));
  }
  CommitAt(kOld + 1, "again", Text("again"));
  for (const auto& [hotkey, name] :
       {std::pair(kept, "kept"), {retry, "retry"}, {lost, "lost"}}) {
    See(hotkey, Text(name));
  }
  See(refused, Text("refused"), "too large");
  See(again, Text("again"), "too large");  // committed again since
  state_.kept.insert({1, kept});
  // Today's epsilon against a winner of block 900 is 0.047.
  state_.history[{1, retry}] = {{1080, 0.47, 900, 0.5}};
  state_.history[{1, lost}] = {{1080, 0.48, 900, 0.5}};

  const EpochPlan plan = Draft();
  std::map<std::string, Reason> reasons;
  for (const PlannedModel& model : plan.models()) {
    reasons[model.repository()] = model.reason();
    EXPECT_EQ(model.digest(), "");  // not looked at yet
  }
  EXPECT_THAT(reasons,
              ElementsAre(Pair("me/again", NEW), Pair("me/kept", KEPT),
                          Pair("me/new", NEW), Pair("me/retry", RETRY)));
  std::map<std::string, std::string> whys;
  for (const RejectedModel& rejected : plan.rejected()) {
    whys[rejected.repository()] = rejected.why();
  }
  EXPECT_THAT(whys, ElementsAre(Pair("me/lost", HasSubstr("cannot win")),
                                Pair("me/refused", "too large")));
}

TEST_F(PlanTest, WhatCannotEnterIsRejectedWithTheReason) {
  for (const char* name : {"early", "elsewhere", "nonsense"}) Miner(name);
  CommitAt(kOld, "elsewhere", Text("elsewhere", 77));
  CommitAt(kOld, "nonsense", "no colons\x1b[31m");
  CommitAt(kRecent, "early", Text("early"));
  const EpochPlan plan = Draft();
  EXPECT_EQ(plan.models_size(), 0);
  std::map<std::string, std::string> whys;
  for (const RejectedModel& rejected : plan.rejected()) {
    whys[rejected.repository()] = rejected.why();
    EXPECT_THAT(rejected.why(), Not(HasSubstr("\x1b")));
  }
  ASSERT_EQ(whys.size(), 3);
  EXPECT_EQ(whys["me/early"], "may be evaluated from block 1441 on");
  EXPECT_EQ(whys["me/elsewhere"], "competition 77 does not run");
  EXPECT_EQ(whys.count(""), 1);
}

// A commitment after the sync block belongs to a later epoch, and a hotkey
// without a slot to none.
TEST_F(PlanTest, OnlyTheSubnetAtTheSyncBlockCounts) {
  Miner("in");
  CommitAt(kOld, "in", Text("in"));
  CommitAt(kSyncBlock + 1, "in", Text("later"));
  EXPECT_TRUE(ledger_->AdvanceTo(kSyncBlock + 2).ok());
  Miner("late");
  const EpochPlan plan = Draft();
  ASSERT_EQ(plan.models_size(), 1);
  EXPECT_EQ(plan.models(0).repository(), "me/in");
  EXPECT_EQ(plan.slots_size(), 1);
}

TEST_F(PlanTest, FixesTheTokenizersOfCompetitions) {
  Competition& competition =
      *schedule_.mutable_entries(0)->mutable_competitions(0);
  competition.mutable_constraints()->set_tokenizer("someone/one");
  EXPECT_TRUE(absl::IsFailedPrecondition(TryDraft().status()));

  const std::string folder = JoinPath(tokenizers_, "someone/one");
  ASSERT_TRUE(MakeFolder(folder).ok());
  ASSERT_TRUE(WriteFileWhole(folder + "/tokenizer.json", "{}").ok());
  const EpochPlan plan = Draft();
  ASSERT_EQ(plan.tokenizers_size(), 1);
  EXPECT_EQ(plan.tokenizers(0).digest(),
            TokenizerDigestOf(plan, competition.id()));
  EXPECT_EQ(TokenizerOf(plan, competition, tokenizers_).value_or(""), folder);
  const Competition& other = schedule_.entries(0).competitions(1);
  EXPECT_EQ(TokenizerDigestOf(plan, other.id()), "");
  EXPECT_EQ(TokenizerOf(plan, other, tokenizers_).value_or("none"), "");

  ASSERT_TRUE(WriteFileWhole(folder + "/tokenizer.json", "{ }").ok());
  EXPECT_THAT(TokenizerOf(plan, competition, tokenizers_).status().message(),
              testing::HasSubstr("has changed since the epoch was planned"));
}

}  // namespace
}  // namespace sn37::jobs
