// Weights on an embedded ledger, with a crash at each step in between.
#include "jobs/publish.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chain/keys/keypair.h"
#include "chain/local/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/state/validator_state.h"

namespace sn37::jobs {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint16_t kNetuid = 37;
constexpr int64_t kSyncBlock = 1440;

chain::Keypair KeyOf(const std::string& name) {
  return *chain::Keypair::FromUri(absl::StrCat("//", name));
}

class PublishTest : public testing::Test {
 protected:
  PublishTest() {
    auto ledger =
        chain::Ledger::Open(File("ledger.db"), {.seed = "p", .block = 1000});
    EXPECT_TRUE(ledger.ok()) << ledger.status();
    ledger_ = *std::move(ledger);
    EXPECT_TRUE(ledger_->AddSubnet(kNetuid, {}).ok());
    for (const char* name : {"validator", "miner"}) Register(name);
    EXPECT_TRUE(ledger_
                    ->SetStake(kNetuid, KeyOf("validator").address(),
                               1'000'000'000'000, true)
                    .ok());
    EXPECT_TRUE(ledger_->AdvanceTo(kSyncBlock).ok());
    auto state = StateFile::Open(File("state.db"));
    EXPECT_TRUE(state.ok()) << state.status();
    state_.emplace(*std::move(state));
  }

  static std::string File(const char* name) {
    return JoinPath(
        testing::TempDir(),
        absl::StrCat(
            testing::UnitTest::GetInstance()->current_test_info()->name(), ".",
            name));
  }

  void Register(const std::string& name) {
    const chain::Keypair key = KeyOf(name);
    EXPECT_TRUE(ledger_->Register(key, kNetuid, key.address()).ok());
  }

  // Publishes a state that intends these weights, as decided on at the head.
  void Intend(std::vector<chain::Weight> weights,
              int64_t sync_block = kSyncBlock) {
    ValidatorState state;
    state.last_epoch = sync_block;
    const WeightsIntent intent{
        sync_block,         kNetuid, KeyOf("validator").address(), 3010,
        std::move(weights), Head()};
    EXPECT_TRUE(state_->Publish(state, intent).ok());
  }

  int64_t Head() { return static_cast<int64_t>(ledger_->Head()->number); }

  void SetRules(const chain::Hyperparameters& rules) {
    chain::SubnetOptions options;
    options.hyperparameters = rules;
    EXPECT_TRUE(ledger_->AddSubnet(kNetuid, options).ok());
  }

  absl::Status Finish() {
    return FinishIntents(*state_, KeyOf("validator"), *ledger_);
  }

  // With the key of another neuron that may set weights, too.
  void ExpectMinersKeyIsRefused() {
    const std::string miner = KeyOf("miner").address();
    ASSERT_TRUE(
        ledger_->SetStake(kNetuid, miner, 1'000'000'000'000, true).ok());
    const int64_t nonce = *ledger_->NextNonce(miner);
    const absl::Status status =
        FinishIntents(*state_, KeyOf("miner"), *ledger_);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(
        std::string(status.message()),
        AllOf(HasSubstr(miner), HasSubstr(KeyOf("validator").address())));
    EXPECT_EQ(*ledger_->NextNonce(miner), nonce);
  }

  bool Pending() { return state_->PendingIntent()->has_value(); }

  std::vector<chain::Weight> Stored() {
    return *ledger_->GetWeights(kNetuid, 0);
  }

  std::vector<chain::WeightsCommit> Commits() {
    return *ledger_->GetWeightsCommits(kNetuid, KeyOf("validator").address());
  }

  std::unique_ptr<chain::Ledger> ledger_;
  std::optional<StateFile> state_;
};

TEST_F(PublishTest, SetsWhatIsIntendedOnce) {
  Intend({{1, 65535}});
  ASSERT_TRUE(Finish().ok());
  EXPECT_THAT(Stored(), ElementsAre(chain::Weight{1, 65535}));
  EXPECT_FALSE(Pending());
  EXPECT_TRUE(Finish().ok());  // nothing to do
}

// The ledger would refuse a second vector within its rate limit.
TEST_F(PublishTest, AfterACrashTheChainIsAskedFirst) {
  Intend({{0, 10}, {1, 20}});
  ASSERT_TRUE(Finish().ok());
  Intend({{0, 10}, {1, 20}});  // as if ended before the intent was resolved
  EXPECT_TRUE(Finish().ok());
  EXPECT_FALSE(Pending());
  EXPECT_EQ(*ledger_->NextNonce(KeyOf("validator").address()), 2);
}

TEST_F(PublishTest, OlderWeightsOfTheSameValueAreSetAgain) {
  ASSERT_TRUE(
      ledger_->SetWeights(KeyOf("validator"), kNetuid, {{{1, 65535}}}, 0).ok());
  ASSERT_TRUE(ledger_->Advance(360).ok());
  Intend({{1, 65535}}, kSyncBlock + 360);
  ASSERT_TRUE(Finish().ok());
  EXPECT_EQ(ledger_->GetMetagraph(kNetuid)->neurons[0].last_update,
            kSyncBlock + 360);
}

TEST_F(PublishTest, AnotherKeySendsNothing) {
  Intend({{1, 65535}});
  ExpectMinersKeyIsRefused();
  EXPECT_TRUE(Pending());
  ASSERT_TRUE(Finish().ok());
  EXPECT_THAT(Stored(), ElementsAre(chain::Weight{1, 65535}));
}

// Weights go through commit and reveal, an epoch of the chain later.
class HiddenTest : public PublishTest {
 protected:
  HiddenTest() {
    rules_.weights_mode = chain::WeightsMode::kCommitReveal;
    SetRules(rules_);
  }

  void AdvanceToReveal() {
    ASSERT_EQ(Commits().size(), 1);
    ASSERT_TRUE(ledger_->AdvanceTo(Commits()[0].first_reveal).ok());
  }

  chain::Hyperparameters rules_;
};

TEST_F(HiddenTest, AreCommittedToAndRevealedLater) {
  Intend({{0, 10}, {1, 20}});
  ASSERT_TRUE(Finish().ok());
  EXPECT_FALSE(Pending());
  EXPECT_EQ(Commits().size(), 1);
  ASSERT_TRUE(Finish().ok());  // too early: nothing happens
  EXPECT_EQ(Commits().size(), 1);
  EXPECT_THAT(Stored(), IsEmpty());
  EXPECT_TRUE(*HasIntents(*state_));

  AdvanceToReveal();
  ASSERT_TRUE(Finish().ok());
  EXPECT_THAT(Stored(),
              ElementsAre(chain::Weight{0, 32768}, chain::Weight{1, 65535}));
  EXPECT_FALSE(*HasIntents(*state_));
}

TEST_F(HiddenTest, AnotherKeyNeitherCommitsNorReveals) {
  ASSERT_TRUE(state_
                  ->Hide({kSyncBlock,
                          kNetuid,
                          KeyOf("validator").address(),
                          {{{1, 65535}}, {1, 2, 3}, 3010}})
                  .ok());
  ExpectMinersKeyIsRefused();
  ASSERT_TRUE(Finish().ok());
  AdvanceToReveal();
  ExpectMinersKeyIsRefused();
  ASSERT_TRUE(Finish().ok());
  EXPECT_THAT(Stored(), ElementsAre(chain::Weight{1, 65535}));
}

// Its newer weights go on; what has missed its time is forgotten.
TEST_F(HiddenTest, ANewKeyIsNotHeldUpByTheOldOnesWeights) {
  Intend({{1, 65535}});
  ASSERT_TRUE(Finish().ok());
  ASSERT_TRUE(ledger_->AdvanceTo(Commits()[0].last_reveal + 1).ok());
  ExpectMinersKeyIsRefused();
  ASSERT_TRUE(state_
                  ->Hide({kSyncBlock + 360,
                          kNetuid,
                          KeyOf("miner").address(),
                          {{{0, 65535}}, {1, 2, 3}, 3010}})
                  .ok());
  ASSERT_TRUE(FinishIntents(*state_, KeyOf("miner"), *ledger_).ok());
  ASSERT_EQ(state_->Hidden()->size(), 1);
  EXPECT_EQ(state_->Hidden()->front().hotkey, KeyOf("miner").address());
}

TEST_F(HiddenTest, ACrashBeforeTheCommitOrAfterTheRevealLosesNothing) {
  const HiddenIntent hidden{kSyncBlock,
                            kNetuid,
                            KeyOf("validator").address(),
                            {{{1, 65535}}, {1, 2, 3}, 3010}};
  Intend({{1, 65535}});
  ASSERT_TRUE(state_->Hide(hidden).ok());  // and ended there
  ASSERT_TRUE(Finish().ok());
  AdvanceToReveal();
  ASSERT_TRUE(
      ledger_->RevealWeights(KeyOf("validator"), kNetuid, hidden.weights).ok());
  ASSERT_TRUE(Finish().ok());  // as if ended before it was forgotten
  EXPECT_FALSE(*HasIntents(*state_));
  EXPECT_THAT(Stored(), ElementsAre(chain::Weight{1, 65535}));
}

TEST_F(HiddenTest, WhatMissedItsTimeIsCommittedToAgainUnlessItIsOld) {
  Intend({{1, 65535}});
  ASSERT_TRUE(Finish().ok());
  ASSERT_TRUE(ledger_->AdvanceTo(Commits()[0].last_reveal + 1).ok());
  ASSERT_TRUE(Finish().ok());
  EXPECT_EQ(Commits().size(), 1);
  ASSERT_TRUE(ledger_->AdvanceTo(Commits()[0].last_reveal + 1).ok());
  ASSERT_TRUE(state_
                  ->Hide({kSyncBlock + 360,
                          kNetuid,
                          KeyOf("validator").address(),
                          {{{0, 65535}}, {1, 2, 3}, 3010}})
                  .ok());
  ASSERT_TRUE(Finish().ok());
  ASSERT_EQ(state_->Hidden()->size(), 1);
  EXPECT_EQ(state_->Hidden()->front().sync_block, kSyncBlock + 360);
  AdvanceToReveal();
  ASSERT_TRUE(Finish().ok());
  EXPECT_THAT(Stored(), ElementsAre(chain::Weight{0, 65535}));
}

TEST_F(HiddenTest, ARevealThatIsRefusedKeepsNewerWeightsNotBack) {
  Intend({{1, 65535}});
  ASSERT_TRUE(Finish().ok());
  ASSERT_TRUE(ledger_->AdvanceTo(kSyncBlock + 360).ok());
  ASSERT_GE(ledger_->Head()->number, Commits()[0].first_reveal);
  Intend({{0, 65535}}, kSyncBlock + 360);
  rules_.weights_version = 4000;  // never again
  rules_.weights_rate_limit = 10000;
  SetRules(rules_);
  EXPECT_THAT(Finish().ToString(),
              AllOf(HasSubstr(chain::kIncorrectWeightVersionKey),
                    HasSubstr(chain::kCommittingWeightsTooFast)));
  rules_.weights_rate_limit = 100;
  SetRules(rules_);
  for (int times = 0; times < 2; ++times) {
    const absl::Status status = Finish();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(chain::kIncorrectWeightVersionKey));
    EXPECT_EQ(Commits().size(), 2);
  }
}

// The chain reveals them by itself.
class TimelockedTest : public PublishTest {
 protected:
  TimelockedTest() {
    chain::Hyperparameters rules;
    rules.weights_mode = chain::WeightsMode::kTimelocked;
    SetRules(rules);
  }
};

TEST_F(TimelockedTest, AreCommittedToOnceAndNeedNothingMore) {
  Intend({{1, 65535}});
  for (int times = 0; times < 3; ++times) {
    ASSERT_TRUE(Finish().ok());
    EXPECT_FALSE(*HasIntents(*state_));
    EXPECT_EQ(Commits().size(), 1);
  }
  ASSERT_TRUE(ledger_->AdvanceTo(Commits()[0].first_reveal).ok());
  EXPECT_THAT(Stored(), ElementsAre(chain::Weight{1, 65535}));
}

TEST_F(TimelockedTest, ACommitIsFoundAfterACrashBeforeAndAfterItsReveal) {
  Intend({{1, 65535}});
  const WeightsIntent intent = **state_->PendingIntent();
  ASSERT_TRUE(Finish().ok());
  ValidatorState state;
  state.last_epoch = kSyncBlock;
  // As if ended before the intent was resolved; the second time the weights
  // have been revealed.
  for (int times = 0; times < 2; ++times) {
    ASSERT_TRUE(state_->Publish(state, intent).ok());
    ASSERT_TRUE(Finish().ok());
    EXPECT_FALSE(Pending());
    EXPECT_EQ(*ledger_->NextNonce(KeyOf("validator").address()), 2);
    ASSERT_TRUE(ledger_->Advance(400).ok());
  }
}

// An epoch may take so long that its weights come after the next sync block.
TEST_F(TimelockedTest, ACommitOfTheEpochBeforeIsNotThisOnes) {
  ASSERT_TRUE(ledger_->AdvanceTo(kSyncBlock + 370).ok());
  Intend({{1, 65535}});
  ASSERT_TRUE(Finish().ok());
  ASSERT_TRUE(ledger_->Advance(200).ok());
  Intend({{1, 65535}}, kSyncBlock + 360);
  ASSERT_TRUE(Finish().ok());
  EXPECT_EQ(Commits().size(), 2);
}

TEST_F(PublishTest, ASlotThatChangedHandsGetsNothing) {
  ASSERT_TRUE(ledger_->Advance(1).ok());
  Register("newcomer");  // after the epoch's block
  Intend({{1, 10}, {2, 20}});
  ASSERT_TRUE(Finish().ok());
  EXPECT_THAT(Stored(), ElementsAre(chain::Weight{1, 65535}));
}

TEST_F(PublishTest, ARefusalLeavesTheIntent) {
  const chain::Keypair stranger = KeyOf("stranger");
  ValidatorState state;
  state.last_epoch = kSyncBlock;
  ASSERT_TRUE(
      state_
          ->Publish(
              state,
              WeightsIntent{
                  kSyncBlock, kNetuid, stranger.address(), 3010, {{1, 65535}}})
          .ok());
  const absl::Status status = FinishIntents(*state_, stranger, *ledger_);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("register it"));
  EXPECT_TRUE(Pending());
  EXPECT_THAT(Stored(), IsEmpty());
}

TEST(IntentOfTest, ADecisionWithoutWeightsIntendsNothing) {
  EXPECT_FALSE(IntentOf(EpochPlan(), Decision(), "validator", {}).has_value());
  EpochPlan plan;
  plan.set_sync_block(kSyncBlock);
  plan.set_netuid(kNetuid);
  plan.mutable_schedule()->set_version_key(3010);
  Decision decision;
  SubnetWeight& weight = *decision.add_weights();
  weight.set_uid(3);
  weight.set_value(500);
  EXPECT_EQ(IntentOf(plan, decision, "validator", {1500, ""}),
            (WeightsIntent{
                kSyncBlock, kNetuid, "validator", 3010, {{3, 500}}, 1500}));
}

}  // namespace
}  // namespace sn37::jobs
