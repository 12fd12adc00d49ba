// The client over stand-in chains: the conformance suite for runtimes old and
// new, and what goes wrong on the way to a chain.
#include "chain/subtensor/subtensor.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "chain/codec/testing.h"
#include "chain/operations.h"
#include "chain/subtensor/testing/stand_in_world.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const char kSubmit[] = "author_submitAndWatchExtrinsic";

ConformanceFactory Runtime(const char* name) {
  return [name] { return std::make_unique<StandInWorld>(name); };
}

INSTANTIATE_TEST_SUITE_P(Spec218, ClientConformanceTest,
                         testing::Values(Runtime("218_v15")));
INSTANTIATE_TEST_SUITE_P(Spec346, ClientConformanceTest,
                         testing::Values(Runtime("346_v16")));
INSTANTIATE_TEST_SUITE_P(Spec461, ClientConformanceTest,
                         testing::Values(Runtime("461_v15")));
// Without runtime APIs in the metadata, everything is read from storage.
INSTANTIATE_TEST_SUITE_P(Spec461Storage, ClientConformanceTest,
                         testing::Values(Runtime("461_v14")));

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return std::move(value).value();
}

// A fault for the first request of a method.
StandInChain::Fault Once(std::string method, absl::Status status) {
  auto done = std::make_shared<std::atomic<bool>>(false);
  return [=](absl::string_view asked) {
    return asked == method && !done->exchange(true) ? status : absl::OkStatus();
  };
}

class SubtensorTest : public testing::Test {
 protected:
  SubtensorTest() {
    EXPECT_TRUE(client_->Register(key_, 37, key_.address()).ok());
    EXPECT_TRUE(world_.MakeValidator(key_).ok());
    EXPECT_TRUE(world_.ledger().Advance(1).ok());
    submissions_ = world_.chain().submissions();
  }

  // Submitted by the test.
  int submissions() { return world_.chain().submissions() - submissions_; }
  absl::Status SetWeights(Client& client, uint16_t value = 1) {
    return client.SetWeights(key_, 37, {{0, value}}, 3010);
  }
  std::vector<Weight> Stored() {
    return Must(world_.ledger().GetWeights(37, 0));
  }

  StandInWorld world_{"461_v15", /*weights_rate_limit=*/1};
  Keypair key_ = Must(world_.NewKey());
  std::unique_ptr<Subtensor> client_ = world_.NewClient(world_.options());
  int submissions_ = 0;
};

TEST_F(SubtensorTest, ANodeWhoseClockIsBehindIsTold) {
  const auto status = [&] { return client_->Finalized().status(); };
  EXPECT_TRUE(status().ok());
  world_.chain().SetAge(absl::Hours(2));
  EXPECT_EQ(status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status().message(), HasSubstr("is 2h"));
  EXPECT_FALSE(client_->GetMetagraph(37).ok());
  EXPECT_TRUE(client_->GetMetagraph(37, 101).ok());
  world_.chain().SetAge(-absl::Hours(2));
  EXPECT_THAT(status().message(), HasSubstr("from the future by 1h59m"));
}

TEST_F(SubtensorTest, ReadsAndWritesGoOnAfterARuntimeUpgrade) {
  const Metagraph before = Must(client_->GetMetagraph(37));
  world_.chain().Upgrade(TestMetadataBytes("218_v15"));
  EXPECT_THAT(Must(client_->GetMetagraph(37)).neurons, SizeIs(1));
  EXPECT_TRUE(SetWeights(*client_).ok());
  EXPECT_EQ(submissions(), 1);
  EXPECT_EQ(Must(client_->GetMetagraph(37, before.block.number)).block.hash,
            before.block.hash);
}

TEST_F(SubtensorTest, ACallRefusedForItsRuntimeIsMadeAgainOnce) {
  auto done = std::make_shared<std::atomic<bool>>(false);
  world_.chain().SetFaults(
      [&, done](absl::string_view method) {
        if (method == kSubmit && !done->exchange(true)) {
          world_.chain().Upgrade(TestMetadataBytes("346_v16"));
        }
        return absl::OkStatus();
      },
      nullptr);
  const absl::Status status = SetWeights(*client_);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(submissions(), 2);
  EXPECT_THAT(Stored(), ElementsAre(Weight{0, 65535}));
}

TEST_F(SubtensorTest, ACallWhoseNonceIsTakenIsMadeAgain) {
  const std::unique_ptr<Subtensor> other = world_.NewClient(world_.options());
  auto done = std::make_shared<std::atomic<bool>>(false);
  world_.chain().SetFaults(
      [&, done](absl::string_view method) {
        if (method == kSubmit && !done->exchange(true)) {
          EXPECT_TRUE(other->Commit(key_, 37, "text").ok());
        }
        return absl::OkStatus();
      },
      nullptr);
  EXPECT_TRUE(SetWeights(*client_).ok());
  EXPECT_EQ(submissions(), 3);
  EXPECT_THAT(client_->sender().in_doubt(), IsEmpty());
}

TEST_F(SubtensorTest, WhatThePoolRefusesDidNotHappen) {
  const Keypair poor = Must(Keypair::FromUri("//test/poor"));
  const absl::Status status = client_->Commit(poor, 37, "text");
  EXPECT_TRUE(RefusedWith(status, "InvalidTransaction")) << status;
  EXPECT_THAT(client_->sender().in_doubt(), IsEmpty());
}

TEST_F(SubtensorTest, AnErrorThatIsNoRefusalLeavesADoubt) {
  world_.chain().SetFaults(
      nullptr, Once(kSubmit, RpcErrorStatus({-32603, "broken", nullptr})));
  EXPECT_EQ(SetWeights(*client_).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(client_->sender().in_doubt(), SizeIs(1));
  EXPECT_THAT(SetWeights(*client_).message(), HasSubstr("and succeeded"));
}

TEST_F(SubtensorTest, ANodeThatIsBehindIsNotWrittenTo) {
  world_.chain().SetAge(absl::Hours(2));
  EXPECT_EQ(SetWeights(*client_).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(submissions(), 0);
}

TEST(PoolRefusalTest, Kinds) {
  const struct {
    int64_t code;
    json data;
    absl::StatusCode status;
    const char* beginning;
  } kCases[] = {
      {1010, "Custom error: 1", absl::StatusCode::kFailedPrecondition,
       "StakeAmountTooLow: "},
      {1010, "Custom error: 99", absl::StatusCode::kFailedPrecondition,
       "InvalidTransaction: "},
      {1010,
       {{"invalid", {{"badProof", nullptr}}}},
       absl::StatusCode::kFailedPrecondition,
       "InvalidTransaction: "},
      {1014, nullptr, absl::StatusCode::kUnavailable, "the node's pool"},
      {1016, nullptr, absl::StatusCode::kUnavailable, "the node's pool"},
      {-32601, nullptr, absl::StatusCode::kInternal, "the node answers -32601"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = PoolRefusal({c.code, "what", c.data});
    EXPECT_EQ(status.code(), c.status) << status;
    EXPECT_THAT(std::string(status.message()),
                testing::StartsWith(c.beginning));
  }
}

TEST_F(SubtensorTest, AWriteLostBeforeTheNodeHeardItIsNotSentAgain) {
  world_.chain().SetFaults(Once(kSubmit, absl::UnavailableError("gone")),
                           nullptr);
  EXPECT_EQ(SetWeights(*client_).code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(client_->sender().in_doubt(), SizeIs(1));
  // Any node may still have it.
  const absl::Status again = SetWeights(*client_);
  EXPECT_EQ(again.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(again.message(), HasSubstr("nothing was sent"));
  EXPECT_EQ(submissions(), 0);
  ASSERT_TRUE(world_.ledger().Advance(64).ok());  // now none can
  EXPECT_TRUE(SetWeights(*client_).ok());
  EXPECT_EQ(submissions(), 1);
  EXPECT_THAT(client_->sender().in_doubt(), IsEmpty());
}

TEST_F(SubtensorTest, AWriteWhoseAnswerIsLostIsFoundAndNotSentAgain) {
  world_.chain().SetFaults(nullptr,
                           Once(kSubmit, absl::DeadlineExceededError("late")));
  EXPECT_EQ(SetWeights(*client_).code(), absl::StatusCode::kDeadlineExceeded);
  const absl::Status again = SetWeights(*client_);
  EXPECT_EQ(again.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(again.message(),
              AllOf(HasSubstr("and succeeded"), HasSubstr("read back")));
  EXPECT_EQ(submissions(), 1);
  EXPECT_THAT(Stored(), ElementsAre(Weight{0, 65535}));
  // The doubt of one key does not stop another; once settled, neither.
  EXPECT_TRUE(SetWeights(*client_).ok());
}

TEST_F(SubtensorTest, AWatchThatEndsIsFollowedByReadingTheBlocks) {
  world_.chain().SetFaults(Once("next", absl::UnavailableError("gone")),
                           nullptr);
  const absl::Status status = SetWeights(*client_);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(submissions(), 1);
}

TEST_F(SubtensorTest, WhatThePoolDropsIsInDoubtUntilNoBlockCanHaveIt) {
  for (const json& end :
       {json("dropped"), json("invalid"), json{{"usurped", "0x00"}},
        json{{"finalityTimeout", "0x00"}}}) {
    world_.chain().DropNext({end});
    const absl::Status status = SetWeights(*client_);
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << end;
    EXPECT_THAT(status.message(), HasSubstr("may or may not happen until"));
    ASSERT_TRUE(world_.ledger().Advance(64).ok());
    client_->sender().Settle();
    EXPECT_THAT(client_->sender().in_doubt(), IsEmpty());
  }
  EXPECT_THAT(Stored(), IsEmpty());
}

TEST_F(SubtensorTest, ABlockThatVanishesIsNoSuccess) {
  const json lost = "0x" + std::string(64, '7');
  // Seen, gone, and in no other block.
  world_.chain().DropNext({{{"inBlock", lost}}, {{"retracted", lost}}});
  EXPECT_EQ(SetWeights(*client_).code(), absl::StatusCode::kDeadlineExceeded);
  ASSERT_TRUE(world_.ledger().Advance(64).ok());
  // Seen, gone, and in another block.
  world_.chain().InsertNext({{{"inBlock", lost}}, {{"retracted", lost}}});
  EXPECT_TRUE(SetWeights(*client_).ok());
  EXPECT_THAT(Stored(), ElementsAre(Weight{0, 65535}));
}

TEST_F(SubtensorTest, SeveralCallsOfOneKeyAreInFlightTogether) {
  std::vector<Keypair> hotkeys;
  for (int i = 0; i < 8; ++i) hotkeys.push_back(Must(world_.NewKey()));
  std::vector<std::thread> threads;
  std::atomic<int> registered = 0;
  for (const Keypair& hotkey : hotkeys) {
    threads.emplace_back([&] {
      registered += client_->Register(key_, 37, hotkey.address()).ok();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registered, 8);
  EXPECT_EQ(submissions(), 8);
}

class CrashTest : public testing::TestWithParam<WeightsMode> {
 protected:
  static absl::Status Write(Client& client, const Keypair& key) {
    return GetParam() == WeightsMode::kTimelocked
               ? client.CommitTimelockedWeights(key, 37, {{0, 1}}, 3010)
               : client.SetWeights(key, 37, {{0, 1}}, 3010);
  }

  // What the job does, again and again until it is OK.
  static absl::Status PublishOnce(Client& client, const Keypair& key,
                                  uint64_t since) {
    const auto keep = [](const HiddenWeights&) {
      return absl::InternalError("nothing is to be kept");
    };
    return PublishWeights(client, key, 37, {{{0, 1}}, 3010, since}, keep,
                          [] { return false; })
        .status();
  }

  // The weights are there, or one commit to them.
  static void ExpectPublished(Ledger& ledger, const Keypair& key) {
    if (GetParam() == WeightsMode::kTimelocked) {
      const auto commits = Must(ledger.GetWeightsCommits(37, key.address()));
      ASSERT_THAT(commits, SizeIs(1));
      ASSERT_TRUE(ledger.AdvanceTo(commits[0].first_reveal).ok());
    }
    EXPECT_THAT(Must(ledger.GetWeights(37, 0)), SizeIs(1));
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, CrashTest,
                         testing::Values(WeightsMode::kPlain,
                                         WeightsMode::kTimelocked));

// One run stops for good at its n-th request or answer, as at a SIGKILL; the
// next starts from the journal as it then is on the disk.
TEST_P(CrashTest, BetweenAnyTwoStepsNoWeightIsSetTwiceOrLost) {
  constexpr int kMoreThanItsSteps = 100;
  int stops = 0;
  for (int stop = 0; stop < kMoreThanItsSteps; ++stop) {
    StandInWorld world("461_v15", /*weights_rate_limit=*/1);
    const Keypair key = Must(world.NewKey());
    ASSERT_TRUE(world.client().Register(key, 37, key.address()).ok());
    ASSERT_TRUE(world.MakeValidator(key).ok());
    ASSERT_TRUE(world.ledger().Advance(5).ok());
    ASSERT_TRUE(world.SetWeightsMode(GetParam()).ok());
    const int before = world.chain().submissions();
    const uint64_t since = Must(world.ledger().Head()).number;

    SubtensorOptions options = world.options();
    options.journal = world.Path("first.log");
    absl::Notification stopped, released;
    std::atomic<int> steps = 0;
    std::atomic<bool> done = false;
    std::thread victim([&] {
      const auto id = std::this_thread::get_id();
      const auto fault = [&, id](absl::string_view) -> absl::Status {
        if (std::this_thread::get_id() != id) return absl::OkStatus();
        if (steps++ < stop) return absl::OkStatus();
        if (!stopped.HasBeenNotified()) stopped.Notify();
        released.WaitForNotification();
        return absl::UnavailableError("dead");
      };
      world.chain().SetFaults(fault, fault);
      const auto client = Subtensor::Open(world.chain().NewRpc(), options);
      if (client.ok()) Write(**client, key).IgnoreError();
      if (!stopped.HasBeenNotified()) {
        done = true;
        stopped.Notify();
      }
      released.WaitForNotification();
    });
    stopped.WaitForNotification();

    options.journal = world.Path("second.log");
    if (std::filesystem::exists(world.Path("first.log"))) {
      std::filesystem::copy_file(world.Path("first.log"), options.journal);
    }
    const auto client = world.NewClient(options);
    absl::Status status;
    for (int run = 0; run < 4; ++run) {
      status = PublishOnce(*client, key, since);
      if (status.ok()) break;
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      EXPECT_TRUE(world.ledger().Advance(32).ok());
    }
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(world.chain().submissions() - before, 1) << "step " << stop;
    ExpectPublished(world.ledger(), key);
    EXPECT_THAT(client->sender().in_doubt(), IsEmpty());
    released.Notify();
    victim.join();
    world.chain().SetFaults(nullptr, nullptr);
    if (done) break;
    ++stops;
  }
  EXPECT_GT(stops, 20);
  EXPECT_LT(stops, kMoreThanItsSteps);
}

// By the name that other runtimes refuse a wrong version by.
TEST(TimelockedWeightsTest, ARuntimeWithoutThemIsTold) {
  StandInWorld world("218_v15");
  const absl::Status status = world.client().CommitTimelockedWeights(
      Must(world.NewKey()), 37, {{0, 1}}, 3010);
  EXPECT_TRUE(RefusedWith(status, kIncorrectCommitRevealVersion)) << status;
  EXPECT_THAT(status.message(), HasSubstr("runtime 218"));
  EXPECT_EQ(world.chain().submissions(), 0);
}

}  // namespace
}  // namespace sn37::chain
