#include "chain/operations.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "chain/hidden_weights.h"
#include "chain/local/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint16_t kNetuid = 37;

Keypair Key(const std::string& uri) {
  auto key = Keypair::FromUri(uri);
  EXPECT_TRUE(key.ok()) << key.status();
  return *std::move(key);
}

// A ledger behind a connection that fails as a test wants. `faults` are used up
// one by one, the first by the next write.
class Faulty : public Client {
 public:
  enum class Fault { kNone, kLostBefore, kLostAfter, kSwallowed };

  explicit Faulty(Ledger& ledger) : ledger_(ledger) {}

  std::vector<Fault> faults;
  int unreadable = 0;  // so many reads fail after the next write
  int writes = 0;

  absl::StatusOr<Block> Head() override { return ledger_.Head(); }
  absl::StatusOr<Block> Finalized() override { return ledger_.Finalized(); }
  absl::StatusOr<Block> GetBlock(uint64_t number) override {
    return ledger_.GetBlock(number);
  }
  absl::StatusOr<Metagraph> GetMetagraph(
      uint16_t netuid, std::optional<uint64_t> block) override {
    return ledger_.GetMetagraph(netuid, block);
  }
  absl::StatusOr<Commitments> GetCommitments(
      uint16_t netuid, std::optional<uint64_t> block) override {
    if (writes > 0 && unreadable > 0) {
      --unreadable;
      return absl::UnavailableError("no answer");
    }
    return ledger_.GetCommitments(netuid, block);
  }
  absl::StatusOr<std::vector<Weight>> GetWeights(
      uint16_t netuid, uint16_t uid, std::optional<uint64_t> block) override {
    return ledger_.GetWeights(netuid, uid, block);
  }
  absl::StatusOr<Hyperparameters> GetHyperparameters(uint16_t netuid) override {
    return ledger_.GetHyperparameters(netuid);
  }
  absl::StatusOr<uint16_t> Register(const Keypair& coldkey, uint16_t netuid,
                                    absl::string_view hotkey) override {
    return ledger_.Register(coldkey, netuid, hotkey);
  }
  absl::Status Commit(const Keypair& hotkey, uint16_t netuid,
                      absl::string_view text) override {
    return Write([&] { return ledger_.Commit(hotkey, netuid, text); });
  }
  absl::Status SetWeights(const Keypair& hotkey, uint16_t netuid,
                          absl::Span<const Weight> weights,
                          uint64_t version_key) override {
    return Write([&] {
      return ledger_.SetWeights(hotkey, netuid, weights, version_key);
    });
  }
  absl::Status CommitWeights(const Keypair& hotkey, uint16_t netuid,
                             const WeightsHash& hash) override {
    return Write([&] { return ledger_.CommitWeights(hotkey, netuid, hash); });
  }
  absl::Status RevealWeights(const Keypair& hotkey, uint16_t netuid,
                             const HiddenWeights& hidden) override {
    return Write([&] { return ledger_.RevealWeights(hotkey, netuid, hidden); });
  }
  absl::Status CommitTimelockedWeights(const Keypair& hotkey, uint16_t netuid,
                                       absl::Span<const Weight> weights,
                                       uint64_t version_key) override {
    return Write([&] {
      return ledger_.CommitTimelockedWeights(hotkey, netuid, weights,
                                             version_key);
    });
  }
  absl::StatusOr<std::vector<WeightsCommit>> GetWeightsCommits(
      uint16_t netuid, absl::string_view hotkey) override {
    return ledger_.GetWeightsCommits(netuid, hotkey);
  }

 private:
  absl::Status Write(absl::FunctionRef<absl::Status()> write) {
    ++writes;
    Fault fault = Fault::kNone;
    if (!faults.empty()) {
      fault = faults.front();
      faults.erase(faults.begin());
    }
    if (fault == Fault::kSwallowed) return absl::OkStatus();
    if (fault == Fault::kLostBefore) return absl::UnavailableError("lost");
    const absl::Status status = write();
    if (fault == Fault::kLostAfter) return absl::DeadlineExceededError("late");
    return status;
  }

  Ledger& ledger_;
};

using Fault = Faulty::Fault;

class OperationsTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string name =
        testing::UnitTest::GetInstance()->current_test_info()->name();
    auto ledger =
        Ledger::Open(absl::StrCat(testing::TempDir(), "/", name), {"s", 1000});
    ASSERT_TRUE(ledger.ok()) << ledger.status();
    ledger_ = *std::move(ledger);
    faulty_ = std::make_unique<Faulty>(*ledger_);
    SubnetOptions options;
    options.hyperparameters.min_allowed_weights = 2;
    ASSERT_TRUE(ledger_->AddSubnet(kNetuid, options).ok());
    for (const char* name : {"//other", "//me"}) {
      const Keypair key = Key(name);
      ASSERT_TRUE(ledger_->Register(key, kNetuid, key.address()).ok());
    }
    ASSERT_TRUE(ledger_->SetStake(kNetuid, me_.address(), 1, true).ok());
    ASSERT_TRUE(ledger_->Advance(100).ok());
  }

  // Waits 60 blocks, so often.
  absl::StatusOr<Commitment> Commit(absl::string_view text, int retries) {
    return CommitAndConfirm(*faulty_, me_, kNetuid, text, [&] {
      EXPECT_TRUE(ledger_->Advance(60).ok());
      return retries-- > 0;
    });
  }

  void SetMode(WeightsMode mode, uint16_t min_allowed_weights = 2) {
    SubnetOptions options;
    options.hyperparameters.min_allowed_weights = min_allowed_weights;
    options.hyperparameters.weights_mode = mode;
    ASSERT_TRUE(ledger_->AddSubnet(kNetuid, options).ok());
  }

  // Keeps what is to be kept in `kept_`.
  absl::StatusOr<PublishedWeights> Publish(const NewWeights& weights,
                                           int retries) {
    return PublishWeights(
        *faulty_, me_, kNetuid, weights,
        [&](const HiddenWeights& hidden) {
          EXPECT_TRUE(Commits().empty());
          kept_ = hidden;
          return absl::OkStatus();
        },
        [&] {
          EXPECT_TRUE(ledger_->Advance(60).ok());
          return retries-- > 0;
        });
  }

  std::vector<WeightsCommit> Commits() {
    return *ledger_->GetWeightsCommits(kNetuid, me_.address());
  }

  std::optional<HiddenWeights> kept_;
  const Keypair me_ = Key("//me");
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Faulty> faulty_;
};

TEST_F(OperationsTest, ACommitmentIsReturnedAsTheChainHoldsIt) {
  const auto made = Commit("text", 0);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->text, "text");
  EXPECT_EQ(made->block, 1100u);
  EXPECT_EQ(made->hotkey, me_.address());
  EXPECT_EQ(faulty_->writes, 1);
}

TEST_F(OperationsTest, TheRateLimitIsWaitedFor) {
  ASSERT_TRUE(Commit("first", 0).ok());
  const absl::Status impatient = Commit("second", 0).status();
  EXPECT_TRUE(RefusedWith(impatient, kCommitmentSetRateLimitExceeded))
      << impatient;
  const auto second = Commit("second", 2);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->text, "second");
}

TEST_F(OperationsTest, AWriteThatWasLostIsSentAgain) {
  faulty_->faults = {Fault::kLostBefore, Fault::kLostBefore};
  const auto made = Commit("text", 2);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(faulty_->writes, 3);
}

TEST_F(OperationsTest, AWriteThatHappenedIsNotSentAgain) {
  faulty_->faults = {Fault::kLostAfter};
  faulty_->unreadable = 2;
  const auto made = Commit("text", 2);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->block, 1100u);
  EXPECT_EQ(faulty_->writes, 1);
}

TEST_F(OperationsTest, TheSameTextOfLongAgoIsNoConfirmation) {
  ASSERT_TRUE(Commit("text", 0).ok());
  ASSERT_TRUE(ledger_->Advance(100).ok());
  faulty_->faults = {Fault::kLostBefore};
  faulty_->writes = 0;
  const auto again = Commit("text", 1);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_GT(again->block, 1200u);
  EXPECT_EQ(faulty_->writes, 2);
}

TEST_F(OperationsTest, WhatCannotBeDoneEndsWithItsReason) {
  faulty_->faults = {Fault::kLostBefore, Fault::kLostBefore};
  EXPECT_EQ(Commit("text", 1).status().code(), absl::StatusCode::kUnavailable);
  faulty_->faults = {Fault::kSwallowed};
  EXPECT_EQ(Commit("text", 9).status().code(), absl::StatusCode::kDataLoss);
  faulty_->writes = 0;
  const auto stranger = CommitAndConfirm(*faulty_, Key("//stranger"), kNetuid,
                                         "text", [] { return true; });
  EXPECT_TRUE(RefusedWith(stranger.status(), kAccountNotAllowedCommit));
  EXPECT_EQ(faulty_->writes, 1);
}

TEST_F(OperationsTest, PlainWeightsAreReadBack) {
  const auto set = Publish({{{0, 1}, {1, 2}}}, 0);
  ASSERT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(std::get<0>(*set),
              ElementsAre(Weight{0, 32768}, Weight{1, 65535}));
  const absl::Status fast = Publish({{{0, 1}, {1, 1}}}, 0).status();
  EXPECT_TRUE(RefusedWith(fast, kSettingWeightsTooFast)) << fast;
  faulty_->writes = 0;
  faulty_->faults = {Fault::kNone, Fault::kLostAfter};
  EXPECT_TRUE(Publish({{{0, 1}, {1, 1}}}, 3).ok());
  EXPECT_EQ(faulty_->writes, 2);
  EXPECT_FALSE(kept_.has_value());
}

TEST_F(OperationsTest, FewerWeightsThanTheSubnetTakesAreNotSent) {
  const std::vector<Weight> two = {{0, 1}, {1, 2}};
  struct Case {
    uint16_t least;
    std::vector<Weight> weights;
    bool sent;
  };
  const Case cases[] = {
      {2, {{0, 1}}, false}, {2, {}, false},
      {3, {{0, 1}}, false}, {2, {{1, 1}}, true},  // only itself
      {9, two, true},                             // all slots that there are
  };
  for (const WeightsMode mode : {WeightsMode::kPlain, WeightsMode::kTimelocked,
                                 WeightsMode::kCommitReveal}) {
    for (const Case& c : cases) {
      SCOPED_TRACE(
          absl::StrCat(NameOf(mode), ", ", c.weights.size(), " of ", c.least));
      SetMode(mode, c.least);
      ASSERT_TRUE(ledger_->Advance(2000).ok());
      kept_.reset();
      faulty_->writes = 0;
      const absl::Status status = Publish({c.weights}, 0).status();
      EXPECT_EQ(status.ok(), c.sent) << status;
      EXPECT_EQ(faulty_->writes, c.sent ? 1 : 0);
      EXPECT_EQ(kept_.has_value(),
                c.sent && mode == WeightsMode::kCommitReveal);
      if (!c.sent) {
        EXPECT_THAT(std::string(status.message()), HasSubstr("or more"));
      }
    }
  }
}

TEST_F(OperationsTest, WhatWasPublishedSinceThenIsNotPublishedAgain) {
  for (const WeightsMode mode :
       {WeightsMode::kPlain, WeightsMode::kTimelocked}) {
    SetMode(mode);
    ASSERT_TRUE(ledger_->Advance(500).ok());
    const uint64_t since = ledger_->Head()->number;
    faulty_->writes = 0;
    // The same vector of before is another.
    const NewWeights weights = {{{0, 1}, {1, 2}}, 0, since};
    faulty_->faults = {Fault::kLostBefore, Fault::kLostAfter};
    EXPECT_EQ(Publish(weights, 0).status().code(),
              absl::StatusCode::kUnavailable);
    for (int times = 0; times < 3; ++times) {
      const auto published = Publish(weights, 0);
      ASSERT_TRUE(published.ok()) << published.status();
      EXPECT_EQ(faulty_->writes, 2);
      EXPECT_TRUE(ledger_->Advance(300).ok());  // revealed meanwhile
    }
    const auto next = Publish({{{0, 1}, {1, 2}}, 0, since + 900}, 0);
    ASSERT_TRUE(next.ok()) << next.status();
    EXPECT_EQ(faulty_->writes, 3);
    ASSERT_TRUE(ledger_->Advance(500).ok());
  }
}

TEST_F(OperationsTest, TimelockedWeightsAreTheCommitUntilTheyAreRevealed) {
  SetMode(WeightsMode::kTimelocked);
  faulty_->faults = {Fault::kLostAfter};
  const auto first = Publish({{{0, 1}, {1, 2}}}, 0);
  ASSERT_TRUE(first.ok()) << first.status();
  const WeightsCommit commit = std::get<1>(*first);
  EXPECT_TRUE(commit.timelocked);
  EXPECT_EQ(commit.block, 1100u);
  EXPECT_EQ(faulty_->writes, 1);
  EXPECT_FALSE(kept_.has_value());
  // The same again is another commit, and the first no confirmation of it.
  const absl::Status fast = Publish({{{0, 1}, {1, 2}}}, 0).status();
  EXPECT_TRUE(RefusedWith(fast, kCommittingWeightsTooFast)) << fast;
  faulty_->faults = {Fault::kLostBefore};
  EXPECT_EQ(Publish({{{0, 1}, {1, 2}}}, 0).status().code(),
            absl::StatusCode::kUnavailable);
  const auto second = Publish({{{0, 1}, {1, 2}}}, 0);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GT(std::get<1>(*second).block, commit.block);
  faulty_->faults = {Fault::kSwallowed};
  EXPECT_EQ(Publish({{{0, 1}, {1, 2}}}, 0).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(OperationsTest, HiddenWeightsAreKeptBeforeTheyAreCommittedTo) {
  SetMode(WeightsMode::kCommitReveal);
  const auto keep_nothing = [](const HiddenWeights&) {
    return absl::ResourceExhaustedError("the disk is full");
  };
  const auto never = [] { return false; };
  EXPECT_EQ(PublishWeights(*faulty_, me_, kNetuid, {{{0, 1}, {1, 2}}},
                           keep_nothing, never)
                .status()
                .code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(faulty_->writes, 0);
  const auto published = Publish({{{0, 1}, {1, 2}}, 7}, 0);
  ASSERT_TRUE(published.ok()) << published.status();
  ASSERT_TRUE(kept_.has_value());
  EXPECT_EQ(kept_->version_key, 7u);
  EXPECT_EQ(std::get<1>(*published), Commits()[0]);
  EXPECT_EQ(CommitTo(*ledger_, me_.address(), kNetuid, *kept_)->value(),
            Commits()[0]);
  HiddenWeights other = *kept_;
  other.salt = NewSalt();
  EXPECT_FALSE(CommitTo(*ledger_, me_.address(), kNetuid, other)->has_value());
}

TEST_F(OperationsTest, HiddenWeightsSurviveLostAnswersAndRestarts) {
  SetMode(WeightsMode::kCommitReveal);
  const HiddenWeights hidden = {{{0, 1}, {1, 2}}, NewSalt(), 0};
  int waits = 0;
  const auto wait = [&] {
    EXPECT_TRUE(ledger_->Advance(60).ok());
    return ++waits < 20;
  };
  faulty_->faults = {Fault::kLostBefore, Fault::kLostAfter};
  for (int times = 0; times < 2; ++times) {
    const auto commit = HideAndConfirm(*faulty_, me_, kNetuid, hidden, wait);
    ASSERT_TRUE(commit.ok()) << commit.status();
    EXPECT_EQ(commit->block, 1160u);
    EXPECT_EQ(faulty_->writes, 2);
  }
  // From a text, as after a restart; the first tries come too early.
  const auto kept = ParseHiddenWeights(ToText(hidden));
  ASSERT_TRUE(kept.ok()) << kept.status();
  for (int times = 0; times < 2; ++times) {
    const auto stored = RevealAndConfirm(*faulty_, me_, kNetuid, *kept, wait);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_THAT(*stored, ElementsAre(Weight{0, 32768}, Weight{1, 65535}));
  }
  EXPECT_GT(waits, 2);
  const int writes = faulty_->writes;
  HiddenWeights other = hidden;
  other.salt = NewSalt();
  faulty_->faults = {Fault::kSwallowed};
  EXPECT_EQ(HideAndConfirm(*faulty_, me_, kNetuid, other, wait).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(faulty_->writes, writes + 1);
}

TEST_F(OperationsTest, ASlotAndACommitmentAreFoundAtAPastBlock) {
  EXPECT_EQ(NeuronOf(*ledger_, kNetuid, me_.address())->uid, 1);
  EXPECT_EQ(NeuronOf(*ledger_->GetMetagraph(kNetuid), me_.address())->uid, 1);
  EXPECT_EQ(NeuronOf(*ledger_, kNetuid, me_.address(), 999).status().code(),
            absl::StatusCode::kNotFound);
  ASSERT_TRUE(Commit("text", 0).ok());
  EXPECT_TRUE(CommitmentOf(*ledger_, kNetuid, me_.address())->has_value());
  EXPECT_FALSE(
      CommitmentOf(*ledger_, kNetuid, me_.address(), 1099)->has_value());
}

}  // namespace
}  // namespace sn37::chain
