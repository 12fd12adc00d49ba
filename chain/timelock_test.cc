#include "chain/timelock.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

std::string Bytes(const json& hex) {
  return absl::HexStringToBytes(
      absl::StripPrefix(hex.get_ref<const std::string&>(), "0x"));
}

// What the official client encrypted, with the beacon's real signature.
std::vector<json> Vectors() {
  const auto text = ReadFile("chain/testdata/timelock.json", 1 << 20);
  const auto file = ParseJson(*text, {});
  EXPECT_TRUE(file.ok()) << file.status();
  return (*file)["vectors"];
}

std::string Signature() { return Bytes(Vectors()[0]["drand_signature"]); }

TEST(TimelockTest, ThePayloadIsTheOfficialClients) {
  const json vector = Vectors()[0];
  ASSERT_EQ(vector["kind"], "weights_tlock_payload");
  const std::string key = Bytes(vector["hotkey"]);
  AccountId hotkey;
  std::copy(key.begin(), key.end(), hotkey.begin());
  std::vector<Weight> weights;
  for (size_t i = 0; i < vector["uids"].size(); ++i) {
    weights.push_back({vector["uids"][i], vector["values"][i]});
  }
  ASSERT_EQ(vector["version_key"], "18446744073709551615");
  EXPECT_EQ(TimelockPayload(hotkey, weights, UINT64_MAX),
            Bytes(vector["payload_hex"]));
}

TEST(TimelockTest, WhatTheOfficialClientEncryptedIsDecrypted) {
  for (const json& vector : Vectors()) {
    const auto payload = DecryptWithSignature(
        Bytes(vector["chain_commit_bytes"]), Bytes(vector["drand_signature"]));
    ASSERT_TRUE(payload.ok()) << payload.status();
    EXPECT_EQ(*payload, Bytes(vector["payload_hex"]));
  }
}

TEST(TimelockTest, TheSignatureOfTheRoundDecryptsAndNoOther) {
  for (const json& vector : Vectors()) {
    const std::string payload = Bytes(vector["payload_hex"]);
    const uint64_t round = vector["round"];
    const auto encrypted = EncryptToRound(payload, round);
    ASSERT_TRUE(encrypted.ok()) << encrypted.status();
    EXPECT_EQ(encrypted->size(), payload.size() + kTimelockOverhead);
    EXPECT_NE(*EncryptToRound(payload, round), *encrypted);
    EXPECT_EQ(*DecryptWithSignature(*encrypted, Signature()), payload);
    EXPECT_FALSE(
        DecryptWithSignature(*EncryptToRound(payload, round + 1), Signature())
            .ok());
  }
}

TEST(TimelockTest, WhatTheChainWouldNotTakeIsNotEncrypted) {
  const size_t most = kMaxTimelockedBytes - kTimelockOverhead;
  EXPECT_EQ(EncryptToRound(std::string(most, 'x'), 1)->size(),
            kMaxTimelockedBytes);
  EXPECT_EQ(EncryptToRound(std::string(most + 1, 'x'), 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(TimelockTest, DamagedBytesAreAnError) {
  const std::string good = Bytes(Vectors()[1]["chain_commit_bytes"]);
  const auto refused = [](const std::string& encrypted,
                          const std::string& signature) {
    return DecryptWithSignature(encrypted, signature).status().code() ==
           absl::StatusCode::kInvalidArgument;
  };
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(refused(good.substr(0, size), Signature())) << size;
  }
  for (size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    EXPECT_TRUE(refused(damaged, Signature())) << at;
  }
  EXPECT_TRUE(refused(good + '\0', Signature()));
  EXPECT_TRUE(refused(std::string(good.size(), '\xff'), Signature()));
  EXPECT_TRUE(refused(std::string(1 << 20, 'x'), Signature()));

  EXPECT_TRUE(refused(good, ""));
  EXPECT_TRUE(refused(good, Signature() + 'x'));
  EXPECT_TRUE(refused(good, std::string(48, '\0')));
  // The group's neutral element, which signs nothing.
  EXPECT_TRUE(refused(good, '\xc0' + std::string(47, '\0')));
}

TEST(TimelockTest, FindsTheFirstRevealBlock) {
  const struct {
    Epochs epochs;
    uint64_t period;
    uint64_t block;
  } cases[] = {
      // The epoch that comes is the next.
      {{.head = 10, .tempo = 50, .last_epoch = 10}, 1, 60},
      {{.head = 10, .tempo = 50, .last_epoch = 10}, 3, 160},
      {{.head = 58, .tempo = 50, .last_epoch = 10}, 1, 60},
      // The commit's own block begins an epoch: it counts to that one.
      {{.head = 59, .tempo = 50, .last_epoch = 10}, 1, 110},
      // One that is overdue begins with the next block.
      {{.head = 75, .tempo = 50, .last_epoch = 10}, 1, 126},
      // One that the owner asked for comes first, or not.
      {{.head = 91, .tempo = 20, .last_epoch = 80, .pending_epoch = 95}, 1, 95},
      {{.head = 91, .tempo = 20, .last_epoch = 80, .pending_epoch = 95},
       2,
       115},
      {{.head = 91, .tempo = 20, .last_epoch = 80, .pending_epoch = 200},
       1,
       100},
      {{.head = 94, .tempo = 20, .last_epoch = 80, .pending_epoch = 95},
       1,
       115},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(*FirstRevealBlock(test.epochs, test.period), test.block);
  }
}

TEST(TimelockTest, FindsTheFirstRevealBlockOfOlderRuntimes) {
  const struct {
    uint64_t head;
    uint16_t netuid, tempo;
    uint64_t period;
    uint64_t block;
  } cases[] = {
      {1000, 1, 20, 1, 1006},  // epoch 47 ends before 48 × 21 − 2
      {1000, 1, 20, 3, 1048},
      {1006, 1, 20, 1, 1027},
      {1005, 1, 20, 1, 1006},
      {0, 37, 360, 1, 323},
      {5'000'000, 37, 360, 1, 5'000'173},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(
        *FirstRevealBlock(test.head, test.netuid, test.tempo, test.period),
        test.block)
        << test.head;
  }
}

TEST(TimelockTest, SchedulesWithoutAnEndAreRefused) {
  EXPECT_EQ(FirstRevealBlock({.head = 1, .tempo = 0}, 1).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(FirstRevealBlock(1, 37, 0, 1).status().code(),
            absl::StatusCode::kFailedPrecondition);
  for (const uint64_t period : {uint64_t{0}, UINT64_MAX}) {
    EXPECT_EQ(FirstRevealBlock({.head = 1, .tempo = 9}, period).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(FirstRevealBlock(1, 37, 9, period).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(TimelockTest, TheRoundIsTheNewestThreeBlocksAfterTheReveal) {
  const absl::Time genesis = absl::FromUnixSeconds(1692803367);
  const struct {
    uint64_t reveal, head;
    absl::Duration since_genesis;
    double block_seconds;
    uint64_t round;
  } cases[] = {
      {107, 100, absl::Seconds(3000), 12, 1040},
      {107, 100, absl::Seconds(3002.9), 12, 1040},
      {107, 100, absl::Seconds(3003), 12, 1041},
      {107, 100, absl::Seconds(3000), 0.25, 1000},
      {101, 110, absl::Seconds(3000), 12, 1000},  // long past
      {101, 100, absl::Seconds(-9999), 12, 1},    // a clock far behind
  };
  for (const auto& test : cases) {
    EXPECT_EQ(RevealRound(test.reveal, test.head, genesis + test.since_genesis,
                          absl::Seconds(test.block_seconds)),
              test.round);
  }
}

}  // namespace
}  // namespace sn37::chain
