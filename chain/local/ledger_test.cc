#include "chain/local/ledger.h"

#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "chain/testing/conformance.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/digest.h"

namespace sn37::chain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr uint16_t kNetuid = 37;

template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return std::move(value).value();
}

Keypair Key(absl::string_view name) {
  return Must(Keypair::FromUri(absl::StrCat("//test/", name)));
}

class Folder {
 public:
  Folder() {
    std::string pattern = testing::TempDir() + "ledger_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string ledger() const { return path_ + "/ledger.sqlite"; }

 private:
  std::string path_;
};

class LedgerFixture : public ConformanceFixture {
 public:
  LedgerFixture() : ledger_(Must(Ledger::Open(folder_.ledger(), {"s", 100}))) {
    options_.hyperparameters.weights_version = 3010;
    options_.hyperparameters.min_allowed_weights = 2;
    EXPECT_TRUE(ledger_->AddSubnet(kNetuid, options_).ok());
  }
  Client& client() override { return *ledger_; }
  uint16_t netuid() override { return kNetuid; }
  uint64_t commitment_rate_limit() override { return 100; }
  absl::Status Wait(uint64_t blocks) override {
    return ledger_->Advance(blocks);
  }
  absl::StatusOr<Keypair> NewKey() override {
    return Key(absl::StrCat("key", keys_++));
  }
  absl::Status MakeValidator(const Keypair& hotkey) override {
    return ledger_->SetStake(kNetuid, hotkey.address(), 1000, true);
  }
  absl::Status SetWeightsMode(WeightsMode mode) override {
    options_.hyperparameters.weights_mode = mode;
    return ledger_->AddSubnet(kNetuid, options_);
  }

 private:
  Folder folder_;
  std::unique_ptr<Ledger> ledger_;
  SubnetOptions options_;
  int keys_ = 0;
};

INSTANTIATE_TEST_SUITE_P(
    Ledger, ClientConformanceTest,
    testing::Values([]() -> std::unique_ptr<ConformanceFixture> {
      return std::make_unique<LedgerFixture>();
    }));

class LedgerTest : public testing::Test {
 protected:
  std::unique_ptr<Ledger> Open() {
    std::unique_ptr<Ledger> ledger = Must(Ledger::Open(path_, {"seed", 7}));
    EXPECT_TRUE(ledger->AddSubnet(kNetuid, {}).ok());
    return ledger;
  }

  Folder folder_;
  const std::string path_ = folder_.ledger();
};

TEST_F(LedgerTest, BlockHashesFollowFromTheSeed) {
  std::unique_ptr<Ledger> ledger = Open();
  const Block head = Must(ledger->Head());
  EXPECT_EQ(head.number, 7);
  EXPECT_EQ(head.hash, "0x" + Sha256("sn37 ledger block\nseed\n7").hex());
  EXPECT_EQ(Must(ledger->GetBlock(0)).hash, ledger->genesis_hash());
}

TEST_F(LedgerTest, OnlyTheOperatorMovesTheClockAndOnlyForward) {
  std::unique_ptr<Ledger> ledger = Open();
  ASSERT_TRUE(ledger->AdvanceTo(20).ok());
  EXPECT_EQ(Must(ledger->Head()).number, 20);
  EXPECT_TRUE(ledger->AdvanceTo(20).ok());
  EXPECT_EQ(ledger->AdvanceTo(19).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(ledger->AdvanceTo(kMaxBlock + 1).ok());
  EXPECT_FALSE(ledger->Advance(UINT64_MAX).ok());
  EXPECT_EQ(Must(ledger->Head()).number, 20);
}

TEST_F(LedgerTest, EverythingIsThereAfterReopening) {
  const Keypair miner = Key("miner");
  {
    std::unique_ptr<Ledger> ledger = Open();
    ASSERT_TRUE(ledger->Register(miner, kNetuid, miner.address()).ok());
    ASSERT_TRUE(ledger->SetStake(kNetuid, miner.address(), 5, true).ok());
    ASSERT_TRUE(ledger->Commit(miner, kNetuid, "text").ok());
    ASSERT_TRUE(ledger->SetWeights(miner, kNetuid, {{0, 1}}, 0).code() ==
                absl::StatusCode::kFailedPrecondition);  // registered just now
    ASSERT_TRUE(ledger->Advance(100).ok());
    ASSERT_TRUE(ledger->SetWeights(miner, kNetuid, {{0, 1}}, 0).ok());
  }
  // Another seed and block: an existing ledger keeps its own.
  std::unique_ptr<Ledger> ledger = Must(Ledger::Open(path_, {"other", 9}));
  EXPECT_EQ(Must(ledger->Head()).number, 107);
  EXPECT_EQ(ledger->genesis_hash(),
            "0x" + Sha256("sn37 ledger block\nseed\n0").hex());
  const Metagraph graph = Must(ledger->GetMetagraph(kNetuid));
  ASSERT_THAT(graph.neurons, SizeIs(1));
  EXPECT_EQ(graph.neurons[0].coldkey, miner.address());
  EXPECT_EQ(graph.neurons[0].stake, 5);
  EXPECT_EQ(graph.neurons[0].incentive, 65535);
  EXPECT_EQ(graph.neurons[0].registered_at, 7);
  EXPECT_EQ(graph.neurons[0].last_update, 107);
  EXPECT_EQ(Must(ledger->GetCommitments(kNetuid)).commitments[0].text, "text");
  EXPECT_THAT(Must(ledger->GetWeights(kNetuid, 0)),
              ElementsAre(Weight{0, 65535}));
  EXPECT_EQ(Must(ledger->NextNonce(miner.address())), 3);
}

TEST_F(LedgerTest, IncentiveIsTheStakeWeightedMeanOfTheValidatorsWeights) {
  std::unique_ptr<Ledger> ledger = Open();
  const Keypair a = Key("a"), b = Key("b"), c = Key("c");
  for (const Keypair* key : {&a, &b, &c}) {
    ASSERT_TRUE(ledger->Register(*key, kNetuid, key->address()).ok());
  }
  ASSERT_TRUE(ledger->SetStake(kNetuid, a.address(), 300, true).ok());
  ASSERT_TRUE(ledger->SetStake(kNetuid, b.address(), 100, true).ok());
  ASSERT_TRUE(ledger->Advance(100).ok());
  ASSERT_TRUE(ledger->SetWeights(a, kNetuid, {{2, 7}}, 0).ok());
  ASSERT_TRUE(ledger->SetWeights(b, kNetuid, {{1, 3}, {2, 3}}, 0).ok());
  const Metagraph graph = Must(ledger->GetMetagraph(kNetuid));
  EXPECT_EQ(graph.neurons[0].incentive, 0);
  EXPECT_EQ(graph.neurons[1].incentive, 8192);   // 100/400 × 1/2
  EXPECT_EQ(graph.neurons[2].incentive, 57343);  // the rest
}

TEST_F(LedgerTest, AForeignOrReplayedSignatureIsRefused) {
  std::unique_ptr<Ledger> ledger = Open();
  const Keypair miner = Key("miner"), thief = Key("thief");
  ASSERT_TRUE(ledger->Register(miner, kNetuid, miner.address()).ok());
  SignedCall call = {miner.address(), 1, CommitCall{kNetuid, "text"}, ""};
  const auto sign = [&](const Keypair& key, absl::string_view genesis) {
    const Signature signature = Must(key.Sign(SigningPayload(genesis, call)));
    call.signature.assign(signature.begin(), signature.end());
    return ledger->Submit(call).code();
  };
  EXPECT_EQ(ledger->Submit(call).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(sign(thief, ledger->genesis_hash()),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(sign(miner, "0x00"), absl::StatusCode::kUnauthenticated);
  call.nonce = 0;
  EXPECT_EQ(sign(miner, ledger->genesis_hash()),
            absl::StatusCode::kUnavailable);
  call.nonce = 1;
  EXPECT_EQ(sign(miner, ledger->genesis_hash()), absl::StatusCode::kOk);
  EXPECT_EQ(ledger->Submit(call).code(), absl::StatusCode::kUnavailable);
  std::get<CommitCall>(call.call).text = "forged";
  call.nonce = 2;
  EXPECT_EQ(ledger->Submit(call).code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(Must(ledger->GetCommitments(kNetuid)).commitments[0].text, "text");
}

TEST_F(LedgerTest, TextsAreBytes) {
  std::unique_ptr<Ledger> ledger = Open();
  const Keypair miner = Key("miner");
  ASSERT_TRUE(ledger->Register(miner, kNetuid, miner.address()).ok());
  const std::string text("\x1b[31m\0\xff<b>", 10);
  ASSERT_TRUE(ledger->Commit(miner, kNetuid, text).ok());
  EXPECT_EQ(Must(ledger->GetCommitments(kNetuid)).commitments[0].text, text);
}

TEST_F(LedgerTest, AFullSubnetTakesNobody) {
  std::unique_ptr<Ledger> ledger = Open();
  SubnetOptions options;
  options.max_neurons = 2;
  ASSERT_TRUE(ledger->AddSubnet(kNetuid, options).ok());
  const Keypair a = Key("a"), b = Key("b"), c = Key("c");
  EXPECT_EQ(Must(ledger->Register(a, kNetuid, a.address())), 0);
  EXPECT_EQ(Must(ledger->Register(a, kNetuid, b.address())), 1);
  EXPECT_TRUE(RefusedWith(ledger->Register(a, kNetuid, c.address()).status(),
                          "NoNeuronIdAvailable"));
}

TEST_F(LedgerTest, TenCommitsOfHiddenWeightsAreEnough) {
  std::unique_ptr<Ledger> ledger = Open();
  SubnetOptions options;
  options.hyperparameters.weights_mode = WeightsMode::kCommitReveal;
  options.hyperparameters.weights_rate_limit = 0;
  ASSERT_TRUE(ledger->AddSubnet(kNetuid, options).ok());
  const Keypair key = Key("validator");
  ASSERT_TRUE(ledger->Register(key, kNetuid, key.address()).ok());
  for (uint8_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(ledger->CommitWeights(key, kNetuid, {i}).ok());
  }
  EXPECT_TRUE(RefusedWith(ledger->CommitWeights(key, kNetuid, {10}),
                          "TooManyUnrevealedCommits"));
  // Expired ones do not count.
  const auto commits = Must(ledger->GetWeightsCommits(kNetuid, key.address()));
  ASSERT_THAT(commits, SizeIs(10));
  ASSERT_TRUE(ledger->AdvanceTo(commits[0].last_reveal + 1).ok());
  EXPECT_TRUE(ledger->CommitWeights(key, kNetuid, {10}).ok());
  EXPECT_THAT(Must(ledger->GetWeightsCommits(kNetuid, key.address())),
              SizeIs(1));
}

TEST_F(LedgerTest, TimelockedWeightsComeByThemselvesAndNotByAReveal) {
  const Keypair key = Key("validator");
  uint64_t reveal = 0;
  {
    std::unique_ptr<Ledger> ledger = Open();
    SubnetOptions options;
    options.hyperparameters.weights_mode = WeightsMode::kTimelocked;
    options.hyperparameters.weights_rate_limit = 0;
    ASSERT_TRUE(ledger->AddSubnet(kNetuid, options).ok());
    ASSERT_TRUE(ledger->Register(key, kNetuid, key.address()).ok());
    const auto commit_to = [&](uint16_t uid) {
      return ledger->CommitTimelockedWeights(key, kNetuid, {{uid, 9}}, 0);
    };
    const absl::Status refused = commit_to(1);
    EXPECT_TRUE(RefusedWith(refused, kNeuronNoValidatorPermit)) << refused;
    ASSERT_TRUE(commit_to(0).ok());
    const auto commits =
        Must(ledger->GetWeightsCommits(kNetuid, key.address()));
    ASSERT_THAT(commits, SizeIs(1));  // what was refused left none
    reveal = commits[0].first_reveal;
    EXPECT_TRUE(
        RefusedWith(ledger->RevealWeights(key, kNetuid, {{{0, 9}}, {}, 0}),
                    "NoWeightsCommitFound"));
    ASSERT_TRUE(ledger->AdvanceTo(reveal - 1).ok());
    EXPECT_THAT(Must(ledger->GetWeights(kNetuid, 0)), SizeIs(0));
  }
  const std::unique_ptr<Ledger> ledger = Must(Ledger::Open(path_, {}));
  EXPECT_EQ(Must(ledger->GetHyperparameters(kNetuid)).weights_mode,
            WeightsMode::kTimelocked);
  ASSERT_TRUE(ledger->AdvanceTo(reveal).ok());
  EXPECT_THAT(Must(ledger->GetWeights(kNetuid, 0)),
              ElementsAre(Weight{0, 65535}));
}

TEST_F(LedgerTest, ARevealPeriodIsOneToAHundredEpochs) {
  std::unique_ptr<Ledger> ledger = Open();
  for (uint64_t period : {0, 101}) {
    SubnetOptions options;
    options.hyperparameters.reveal_period = period;
    EXPECT_EQ(ledger->AddSubnet(kNetuid, options).code(),
              absl::StatusCode::kInvalidArgument);
  }
  SubnetOptions options;
  options.hyperparameters.reveal_period = 100;
  ASSERT_TRUE(ledger->AddSubnet(kNetuid, options).ok());
  EXPECT_EQ(Must(ledger->GetHyperparameters(kNetuid)).reveal_period, 100);
}

TEST_F(LedgerTest, ThreadsMayShareIt) {
  std::unique_ptr<Ledger> ledger = Open();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&ledger, i] {
      const Keypair key = Key(absl::StrCat("t", i));
      EXPECT_TRUE(ledger->Register(key, kNetuid, key.address()).ok());
      EXPECT_TRUE(ledger->Commit(key, kNetuid, "x").ok());
      EXPECT_TRUE(ledger->GetMetagraph(kNetuid).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Must(ledger->GetCommitments(kNetuid)).commitments, SizeIs(4));
}

// Ends a writer at moments of chance: no call is half applied.
TEST_F(LedgerTest, AKilledProcessLeavesWholeCalls) {
  const Keypair miner = Key("miner");
  {
    std::unique_ptr<Ledger> ledger = Open();
    SubnetOptions options;
    options.commitment_rate_limit = 0;
    ASSERT_TRUE(ledger->AddSubnet(kNetuid, options).ok());
    ASSERT_TRUE(ledger->Register(miner, kNetuid, miner.address()).ok());
  }
  for (int round = 0; round < 6; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      absl::StatusOr<std::unique_ptr<Ledger>> ledger = Ledger::Open(path_, {});
      while (ledger.ok() && (*ledger)->Advance(1).ok()) {
        const uint64_t nonce = *(*ledger)->NextNonce(miner.address());
        if (!(*ledger)->Commit(miner, kNetuid, absl::StrCat(nonce)).ok()) break;
      }
      _exit(1);
    }
    absl::SleepFor(absl::Milliseconds(40 + 23 * round));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    std::unique_ptr<Ledger> ledger = Must(Ledger::Open(path_, {}));
    const uint64_t nonce = Must(ledger->NextNonce(miner.address()));
    const Commitments all = Must(ledger->GetCommitments(kNetuid));
    if (nonce == 1) continue;  // ended before its first commitment
    EXPECT_EQ(all.commitments[0].text, absl::StrCat(nonce - 1));
  }
  EXPECT_GT(Must(Must(Ledger::Open(path_, {}))->NextNonce(miner.address())), 1);
}

TEST_F(LedgerTest, AFileThatIsNoLedgerIsRefusedAndNamed) {
  std::ofstream(path_) << "not a ledger, but of a decent length";
  const absl::Status status = Ledger::Open(path_, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr(path_));
  EXPECT_THAT(status.message(), HasSubstr("not a SQLite file"));
}

// The file was written by the program's version 1, which knew no coldkeys.
TEST_F(LedgerTest, ALedgerOfVersion1IsMigratedWithAllItHolds) {
  std::filesystem::copy_file("chain/local/testdata/ledger_v1.sqlite", path_);
  std::filesystem::permissions(path_, std::filesystem::perms::owner_write,
                               std::filesystem::perm_options::add);
  const Keypair miner = Key("miner");
  for (int times = 0; times < 2; ++times) {
    std::unique_ptr<Ledger> ledger = Must(Ledger::Open(path_, {}));
    EXPECT_EQ(Must(ledger->Head()).number, 150);
    const Metagraph graph = Must(ledger->GetMetagraph(kNetuid));
    ASSERT_THAT(graph.neurons, SizeIs(1 + times));
    EXPECT_EQ(graph.neurons[0].hotkey, miner.address());
    EXPECT_EQ(graph.neurons[0].coldkey, std::nullopt);
    EXPECT_EQ(graph.neurons[0].stake, 9);
    EXPECT_EQ(graph.neurons[0].last_update, 150);
    const Commitments all = Must(ledger->GetCommitments(kNetuid));
    ASSERT_THAT(all.commitments, SizeIs(1));
    EXPECT_EQ(all.commitments[0].text, "from version 1");
    EXPECT_EQ(all.commitments[0].block, 50);
    EXPECT_THAT(Must(ledger->GetWeights(kNetuid, 0)),
                ElementsAre(Weight{0, 65535}));
    if (times == 0) {
      EXPECT_TRUE(ledger->Register(miner, kNetuid, Key("new").address()).ok());
    }
  }
}

TEST_F(LedgerTest, AnUnknownFormatVersionIsRefused) {
  { Open(); }
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60);  // user_version, big endian
    file.write("\0\0\0\x63", 4);
  }
  const absl::Status status = Ledger::Open(path_, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("sn37 ledger of format version 99"));
}

TEST_F(LedgerTest, AnyDamageIsAnErrorOrHarmlessNeverACrash) {
  {
    std::unique_ptr<Ledger> ledger = Open();
    const Keypair miner = Key("miner");
    ASSERT_TRUE(ledger->Register(miner, kNetuid, miner.address()).ok());
    ASSERT_TRUE(ledger->Commit(miner, kNetuid, "text").ok());
  }
  std::ifstream in(path_, std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  int errors = 0;
  for (size_t at = 100; at < good.size(); at += 997) {
    std::string bad = good;
    for (size_t i = at; i < std::min(at + 64, bad.size()); ++i) bad[i] ^= 0x55;
    std::ofstream(path_, std::ios::binary) << bad;
    absl::StatusOr<std::unique_ptr<Ledger>> ledger = Ledger::Open(path_, {});
    if (!ledger.ok() || !(*ledger)->GetMetagraph(kNetuid).ok() ||
        !(*ledger)->GetCommitments(kNetuid).ok()) {
      ++errors;
    }
  }
  EXPECT_GT(errors, 0);
}

TEST_F(LedgerTest, AFullDiskRefusesTheCallAndKeepsTheRest) {
  std::unique_ptr<Ledger> ledger = Open();
  const Keypair miner = Key("miner");
  ASSERT_TRUE(ledger->Register(miner, kNetuid, miner.address()).ok());
  rlimit old;
  getrlimit(RLIMIT_FSIZE, &old);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none = {1, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  const absl::Status full = ledger->Commit(miner, kNetuid, "text");
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted) << full;
  EXPECT_THAT(Must(ledger->GetCommitments(kNetuid)).commitments, SizeIs(0));
  EXPECT_THAT(Must(ledger->GetMetagraph(kNetuid)).neurons, SizeIs(1));
  EXPECT_TRUE(ledger->Commit(miner, kNetuid, "text").ok());
}

}  // namespace
}  // namespace sn37::chain
