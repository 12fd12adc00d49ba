#include "chain/testing/conformance.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "chain/hidden_weights.h"
#include "gmock/gmock.h"

namespace sn37::chain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

std::optional<Neuron> Find(const Metagraph& graph, const std::string& hotkey) {
  for (const Neuron& neuron : graph.neurons) {
    if (neuron.hotkey == hotkey) return neuron;
  }
  return std::nullopt;
}

std::optional<Commitment> Find(const Commitments& all,
                               const std::string& hotkey) {
  for (const Commitment& commitment : all.commitments) {
    if (commitment.hotkey == hotkey) return commitment;
  }
  return std::nullopt;
}

// The value of a StatusOr that must be ok.
template <typename T>
T Must(absl::StatusOr<T> value) {
  EXPECT_TRUE(value.ok()) << value.status();
  return std::move(value).value();
}

}  // namespace

Keypair ClientConformanceTest::NewKey() { return Must(fixture_->NewKey()); }

Keypair ClientConformanceTest::Registered(uint16_t* uid) {
  Keypair key = NewKey();
  const uint16_t got = Must(client().Register(key, netuid(), key.address()));
  if (uid != nullptr) *uid = got;
  return key;
}

Keypair ClientConformanceTest::Validator(uint16_t* uid) {
  Keypair key = Registered(uid);
  const absl::Status status = fixture_->MakeValidator(key);
  EXPECT_TRUE(status.ok()) << status;
  Wait(Rules().weights_rate_limit);  // registering counts as an update
  return key;
}

void ClientConformanceTest::Wait(uint64_t blocks) {
  const absl::Status status = fixture_->Wait(blocks);
  ASSERT_TRUE(status.ok()) << status;
}

Hyperparameters ClientConformanceTest::Rules() {
  return Must(client().GetHyperparameters(netuid()));
}

TEST_P(ClientConformanceTest, BlocksHaveNumbersAndHashesThatStay) {
  const Block first = Must(client().Head());
  EXPECT_THAT(first.hash, MatchesRegex("0x[0-9a-f]{64}"));
  Wait(2);
  const Block head = Must(client().Head());
  EXPECT_GE(head.number, first.number + 2);
  EXPECT_NE(head.hash, first.hash);
  EXPECT_EQ(Must(client().GetBlock(first.number)).hash, first.hash);
  EXPECT_LE(Must(client().Finalized()).number, Must(client().Head()).number);
  EXPECT_EQ(client().GetBlock(head.number + 1000000).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_P(ClientConformanceTest, ARegisteredHotkeyHasASlotFromItsBlockOn) {
  const uint64_t before = Must(client().Finalized()).number;
  Wait(1);
  const Keypair coldkey = NewKey();
  const Keypair hotkey = NewKey();
  const uint16_t uid =
      Must(client().Register(coldkey, netuid(), hotkey.address()));

  const Metagraph graph = Must(client().GetMetagraph(netuid()));
  const std::optional<Neuron> neuron = Find(graph, hotkey.address());
  ASSERT_TRUE(neuron.has_value());
  EXPECT_EQ(neuron->uid, uid);
  EXPECT_EQ(neuron->coldkey.value_or(coldkey.address()), coldkey.address());
  EXPECT_GT(neuron->registered_at, before);
  EXPECT_LE(neuron->registered_at, graph.block.number);
  EXPECT_FALSE(neuron->validator_permit);
  for (size_t i = 1; i < graph.neurons.size(); ++i) {
    EXPECT_LT(graph.neurons[i - 1].uid, graph.neurons[i].uid);
  }

  const Metagraph past = Must(client().GetMetagraph(netuid(), before));
  EXPECT_EQ(past.block.number, before);
  EXPECT_FALSE(Find(past, hotkey.address()).has_value());
}

TEST_P(ClientConformanceTest, AHotkeyRegistersOnce) {
  const Keypair key = Registered();
  const absl::Status again =
      client().Register(key, netuid(), key.address()).status();
  EXPECT_TRUE(RefusedWith(again, kHotKeyAlreadyRegisteredInSubNet)) << again;
  EXPECT_EQ(client().Register(key, netuid(), "5nonsense").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(ClientConformanceTest, ACommitmentIsReadBackWithItsBlock) {
  const Keypair key = Registered();
  const uint64_t before = Must(client().Finalized()).number;
  Wait(1);
  const std::string text(kMaxCommitmentBytes, 'x');
  ASSERT_TRUE(client().Commit(key, netuid(), text).ok());

  const Commitments all = Must(client().GetCommitments(netuid()));
  const std::optional<Commitment> mine = Find(all, key.address());
  ASSERT_TRUE(mine.has_value());
  EXPECT_EQ(mine->text, text);
  EXPECT_GT(mine->block, before);
  EXPECT_LE(mine->block, all.block.number);
  EXPECT_FALSE(
      Find(Must(client().GetCommitments(netuid(), before)), key.address())
          .has_value());
}

TEST_P(ClientConformanceTest, ANewCommitmentReplacesTheOldFromItsBlockOn) {
  const Keypair key = Registered();
  ASSERT_TRUE(client().Commit(key, netuid(), "first").ok());
  const absl::Status fast = client().Commit(key, netuid(), "too fast");
  EXPECT_TRUE(RefusedWith(fast, kCommitmentSetRateLimitExceeded) ||
              RefusedWith(fast, kSpaceLimitExceeded))
      << fast;

  const uint64_t between = Must(client().Finalized()).number;
  Wait(fixture_->commitment_rate_limit());
  ASSERT_TRUE(client().Commit(key, netuid(), "second").ok());
  EXPECT_EQ(Find(Must(client().GetCommitments(netuid())), key.address())->text,
            "second");
  EXPECT_EQ(
      Find(Must(client().GetCommitments(netuid(), between)), key.address())
          ->text,
      "first");
}

TEST_P(ClientConformanceTest, WhoIsNotRegisteredOrSaysTooMuchCannotCommit) {
  const Keypair stranger = NewKey();
  const absl::Status refused = client().Commit(stranger, netuid(), "text");
  EXPECT_TRUE(RefusedWith(refused, kAccountNotAllowedCommit)) << refused;
  const Keypair key = Registered();
  EXPECT_EQ(
      client()
          .Commit(key, netuid(), std::string(kMaxCommitmentBytes + 1, 'x'))
          .code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(
      Find(Must(client().GetCommitments(netuid())), key.address()).has_value());
}

TEST_P(ClientConformanceTest, WeightsAreReadBackUpscaled) {
  uint16_t other, uid;
  Registered(&other);
  const Keypair validator = Validator(&uid);
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)), IsEmpty());
  const uint64_t before = Must(client().Finalized()).number;
  Wait(1);
  const absl::Status set = client().SetWeights(
      validator, netuid(), {{other, 10}, {uid, 20}}, Rules().weights_version);
  ASSERT_TRUE(set.ok()) << set;
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)),
              ElementsAre(Weight{other, 32768}, Weight{uid, 65535}));
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid, before)), IsEmpty());
  const std::optional<Neuron> neuron =
      Find(Must(client().GetMetagraph(netuid())), validator.address());
  EXPECT_GT(neuron->last_update, before);
}

TEST_P(ClientConformanceTest, RefusedWeightsChangeNothing) {
  uint16_t other, uid;
  const Keypair miner = Registered(&other);
  const Keypair validator = Validator(&uid);
  const uint64_t version = Rules().weights_version;
  const std::vector<Weight> weights = {{other, 1}, {uid, 2}};
  const auto refusal = [&](const Keypair& key, uint64_t version_key) {
    return client().SetWeights(key, netuid(), weights, version_key);
  };
  absl::Status status = refusal(validator, version - 1);
  EXPECT_TRUE(RefusedWith(status, kIncorrectWeightVersionKey)) << status;
  status = refusal(NewKey(), version);
  EXPECT_TRUE(RefusedWith(status, kHotKeyNotRegisteredInSubNet)) << status;
  if (fixture_->permits_are_earned()) {
    status = refusal(miner, version);
    EXPECT_TRUE(RefusedWith(status, kNeuronNoValidatorPermit)) << status;
  }
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)), IsEmpty());

  ASSERT_TRUE(refusal(validator, version).ok());
  status =
      client().SetWeights(validator, netuid(), {{other, 9}, {uid, 9}}, version);
  EXPECT_TRUE(RefusedWith(status, kSettingWeightsTooFast)) << status;
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)),
              ElementsAre(Weight{other, 32768}, Weight{uid, 65535}));
}

TEST_P(ClientConformanceTest, HiddenWeightsAreRevealedInTheirTime) {
  uint16_t other, uid;
  Registered(&other);
  const Keypair validator = Validator(&uid);
  const HiddenWeights hidden = {
      {{other, 10}, {uid, 20}}, {1, 2, 3}, Rules().weights_version};
  const WeightsHash hash = HashOf(validator.public_key(), netuid(), hidden);
  absl::Status status = client().CommitWeights(validator, netuid(), hash);
  EXPECT_TRUE(RefusedWith(status, kCommitRevealDisabled)) << status;
  ASSERT_TRUE(fixture_->SetWeightsMode(WeightsMode::kCommitReveal).ok());
  status = client().SetWeights(validator, netuid(), hidden.weights,
                               hidden.version_key);
  EXPECT_TRUE(RefusedWith(status, kCommitRevealEnabled)) << status;
  const uint64_t before = Must(client().Finalized()).number;
  Wait(1);
  status = client().CommitWeights(validator, netuid(), hash);
  ASSERT_TRUE(status.ok()) << status;

  const std::vector<WeightsCommit> commits =
      Must(client().GetWeightsCommits(netuid(), validator.address()));
  ASSERT_EQ(commits.size(), 1u);
  EXPECT_EQ(commits[0].hash, hash);
  EXPECT_GT(commits[0].block, before);
  EXPECT_GT(commits[0].first_reveal, commits[0].block);
  EXPECT_GE(commits[0].last_reveal, commits[0].first_reveal);
  EXPECT_GT(Find(Must(client().GetMetagraph(netuid())), validator.address())
                ->last_update,
            before);
  status = client().CommitWeights(validator, netuid(), {});
  EXPECT_TRUE(RefusedWith(status, kCommittingWeightsTooFast)) << status;
  status = client().RevealWeights(validator, netuid(), hidden);
  EXPECT_TRUE(RefusedWith(status, kRevealTooEarly)) << status;

  Wait(commits[0].first_reveal - Must(client().Head()).number);
  status = client().RevealWeights(validator, netuid(), hidden);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)),
              ElementsAre(Weight{other, 32768}, Weight{uid, 65535}));
  EXPECT_THAT(Must(client().GetWeightsCommits(netuid(), validator.address())),
              IsEmpty());
  EXPECT_EQ(Find(Must(client().GetMetagraph(netuid())), validator.address())
                ->last_update,
            commits[0].block);
}

TEST_P(ClientConformanceTest, TimelockedWeightsAreRevealedByTheChain) {
  uint16_t other, uid;
  Registered(&other);
  const Keypair validator = Validator(&uid);
  const std::vector<Weight> weights = {{other, 10}, {uid, 20}};
  const uint64_t version = Rules().weights_version;
  const auto commit_to = [&](const Keypair& key) {
    return client().CommitTimelockedWeights(key, netuid(), weights, version);
  };
  const auto commits = [&] {
    return Must(client().GetWeightsCommits(netuid(), validator.address()));
  };
  const auto last_update = [&] {
    return Find(Must(client().GetMetagraph(netuid())), validator.address())
        ->last_update;
  };
  const absl::Status mode = fixture_->SetWeightsMode(WeightsMode::kTimelocked);
  if (absl::IsUnimplemented(mode)) GTEST_SKIP() << mode;
  ASSERT_TRUE(mode.ok()) << mode;
  EXPECT_EQ(Rules().weights_mode, WeightsMode::kTimelocked);
  absl::Status status =
      client().SetWeights(validator, netuid(), weights, version);
  EXPECT_TRUE(RefusedWith(status, kCommitRevealEnabled)) << status;
  status = commit_to(NewKey());
  EXPECT_TRUE(RefusedWith(status, kHotKeyNotRegisteredInSubNet)) << status;
  const uint64_t before = Must(client().Finalized()).number;
  Wait(1);
  status = commit_to(validator);
  ASSERT_TRUE(status.ok()) << status;

  ASSERT_EQ(commits().size(), 1u);
  const WeightsCommit commit = commits()[0];
  EXPECT_TRUE(commit.timelocked);
  EXPECT_GT(commit.block, before);
  EXPECT_GT(commit.first_reveal, commit.block);
  EXPECT_GE(commit.last_reveal, commit.first_reveal);
  EXPECT_EQ(last_update(), commit.block);
  status = commit_to(validator);
  EXPECT_TRUE(RefusedWith(status, kCommittingWeightsTooFast)) << status;
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)), IsEmpty());

  Wait(commit.first_reveal - 1 - Must(client().Head()).number);
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)), IsEmpty());
  EXPECT_EQ(commits().size(), 1u);
  Wait(1);
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)),
              ElementsAre(Weight{other, 32768}, Weight{uid, 65535}));
  EXPECT_THAT(commits(), IsEmpty());
  EXPECT_EQ(last_update(), commit.block);
}

TEST_P(ClientConformanceTest, OnlyWhoWantsTimelockedWeightsTakesThem) {
  uint16_t uid;
  const Keypair validator = Validator(&uid);
  const absl::Status known = fixture_->SetWeightsMode(WeightsMode::kTimelocked);
  if (absl::IsUnimplemented(known)) GTEST_SKIP() << known;
  const struct {
    WeightsMode mode;
    const char* refusal;
  } kCases[] = {{WeightsMode::kPlain, kCommitRevealDisabled},
                {WeightsMode::kCommitReveal, kIncorrectCommitRevealVersion}};
  for (const auto& c : kCases) {
    ASSERT_TRUE(fixture_->SetWeightsMode(c.mode).ok());
    EXPECT_EQ(Rules().weights_mode, c.mode);
    const absl::Status status = client().CommitTimelockedWeights(
        validator, netuid(), {{uid, 1}}, Rules().weights_version);
    EXPECT_TRUE(RefusedWith(status, c.refusal)) << status;
  }
  EXPECT_THAT(Must(client().GetWeightsCommits(netuid(), validator.address())),
              IsEmpty());
}

TEST_P(ClientConformanceTest, WhatWasNotCommittedToCannotBeRevealed) {
  uint16_t uid;
  const Keypair validator = Validator(&uid);
  ASSERT_TRUE(fixture_->SetWeightsMode(WeightsMode::kCommitReveal).ok());
  HiddenWeights hidden = {{{uid, 1}}, {1}, Rules().weights_version};
  absl::Status status = client().RevealWeights(validator, netuid(), hidden);
  EXPECT_TRUE(RefusedWith(status, "NoWeightsCommitFound")) << status;
  const WeightsHash hash = HashOf(validator.public_key(), netuid(), hidden);
  status = client().CommitWeights(NewKey(), netuid(), hash);
  EXPECT_TRUE(RefusedWith(status, kHotKeyNotRegisteredInSubNet)) << status;
  ASSERT_TRUE(client().CommitWeights(validator, netuid(), hash).ok());
  const WeightsCommit commit =
      Must(client().GetWeightsCommits(netuid(), validator.address()))[0];
  Wait(commit.first_reveal - Must(client().Head()).number);
  hidden.salt = {2};
  status = client().RevealWeights(validator, netuid(), hidden);
  EXPECT_TRUE(RefusedWith(status, "InvalidRevealCommitHashNotMatch")) << status;
  EXPECT_THAT(Must(client().GetWeights(netuid(), uid)), IsEmpty());

  Wait(commit.last_reveal + 1 - Must(client().Head()).number);
  hidden.salt = {1};
  status = client().RevealWeights(validator, netuid(), hidden);
  EXPECT_TRUE(RefusedWith(status, kExpiredWeightCommit)) << status;
  EXPECT_THAT(Must(client().GetWeightsCommits(netuid(), validator.address())),
              IsEmpty());
}

TEST_P(ClientConformanceTest, WhatDoesNotExistIsNotFound) {
  const uint16_t nowhere = 9999;
  EXPECT_EQ(client().GetMetagraph(nowhere).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(client().GetCommitments(nowhere).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(client().GetHyperparameters(nowhere).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(client().GetWeights(netuid(), 65535).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(
      client().GetWeightsCommits(nowhere, NewKey().address()).status().code(),
      absl::StatusCode::kNotFound);
  const uint64_t future = Must(client().Head()).number + 1000000;
  EXPECT_EQ(client().GetMetagraph(netuid(), future).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(client().GetCommitments(netuid(), future).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace sn37::chain
