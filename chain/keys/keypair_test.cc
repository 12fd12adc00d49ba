#include "chain/keys/keypair.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

nlohmann::json Vectors(const std::string& name) {
  auto text = ReadFile("chain/keys/testdata/" + name, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  auto json = ParseJson(*text, {});
  EXPECT_TRUE(json.ok()) << json.status();
  return (*json)["vectors"];
}

std::string Bytes(const nlohmann::json& hex) {
  return absl::HexStringToBytes(hex.get<std::string>().substr(2));
}

AccountId Account(const nlohmann::json& hex) {
  const std::string bytes = Bytes(hex);
  AccountId account;
  std::copy(bytes.begin(), bytes.end(), account.begin());
  return account;
}

std::string Text(const Signature& signature) {
  return std::string(signature.begin(), signature.end());
}

Keypair Key(absl::string_view uri) {
  auto key = Keypair::FromUri(uri);
  EXPECT_TRUE(key.ok()) << key.status();
  return *std::move(key);
}

TEST(KeypairTest, SecretUrisGiveTheKeysOfOtherImplementations) {
  const nlohmann::json vectors = Vectors("suri.json");
  ASSERT_EQ(vectors.size(), 157u);
  for (const auto& vector : vectors) {
    const std::string uri = vector["uri"];
    const auto key = Keypair::FromUri(uri);
    if (vector.value("must_fail", false)) {
      EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument) << uri;
      continue;
    }
    ASSERT_TRUE(key.ok()) << uri << ": " << key.status();
    EXPECT_EQ(key->public_key(), Account(vector["public"])) << uri;
    EXPECT_EQ(key->address(), vector["address"].get<std::string>()) << uri;
  }
}

TEST(KeypairTest, SignaturesVerifyExactlyWhereOthersVerifyThem) {
  const nlohmann::json vectors = Vectors("signatures.json");
  ASSERT_EQ(vectors.size(), 111u);
  for (const auto& vector : vectors) {
    EXPECT_EQ(
        VerifySignature(Account(vector["public"]), Bytes(vector["message"]),
                        Bytes(vector["signature"])),
        vector["valid"].get<bool>())
        << vector;
  }
}

TEST(KeypairTest, AKeySignsWhatItAloneVerifies) {
  // Softly derived last: its nonce is random, its public key is not.
  const Keypair alice = Key("//Alice//stash/soft");
  const Keypair bob = Key("//Bob");
  const auto first = alice.Sign("weights");
  const auto second = alice.Sign("weights");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(*first, *second);
  EXPECT_TRUE(VerifySignature(alice.public_key(), "weights", Text(*first)));
  EXPECT_TRUE(VerifySignature(alice.public_key(), "weights", Text(*second)));
  EXPECT_FALSE(VerifySignature(bob.public_key(), "weights", Text(*first)));
  EXPECT_FALSE(VerifySignature(alice.public_key(), "weight", Text(*first)));
  EXPECT_FALSE(VerifySignature(alice.public_key(), "weights", ""));
}

TEST(KeypairTest, MovingAPairMovesItsSecret) {
  Keypair first = Key("//Alice");
  Keypair second = Key("//Bob");
  second = std::move(first);
  const auto signature = second.Sign("m");
  ASSERT_TRUE(signature.ok());
  EXPECT_TRUE(
      VerifySignature(Key("//Alice").public_key(), "m", Text(*signature)));
}

TEST(KeypairTest, OnePairSignsFromSeveralThreads) {
  const Keypair key = Key("//Alice");
  std::vector<std::thread> threads;
  std::vector<int> valid(4);
  for (int& count : valid) {
    threads.emplace_back([&key, &count] {
      for (int i = 0; i < 50; ++i) {
        const std::string message = absl::StrCat(i);
        count += VerifySignature(key.public_key(), message,
                                 Text(*key.Sign(message)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(valid, std::vector<int>(4, 50));
}

TEST(KeypairTest, MalformedUrisAreRefusedWithoutBeingQuoted) {
  const std::string words =
      "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
  const std::string kCases[] = {
      "",
      words + "/",
      words + "//",
      words + "/a//",
      words + " walk",
      words + "///pass\nword",
      "Bottom drive obey lake curtain smoke basket hold race lonely fit walk",
      "0x",
      "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c",
      "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5cxy",
      "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a00",
      "\xff\xfe",
      std::string(1 << 20, 'a'),
  };
  for (const std::string& uri : kCases) {
    const absl::Status status = Keypair::FromUri(uri).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << uri;
    EXPECT_TRUE(absl::StartsWith(status.message(), "secret URI: ")) << status;
    for (const char* secret : {"bottom", "walk", "e5be"}) {
      EXPECT_FALSE(absl::StrContains(status.message(), secret)) << status;
    }
  }
}

TEST(KeypairTest, NumbersAndNamesAreDifferentJunctions) {
  // 2^64 does not fit and is a name; leading zeros do not matter.
  EXPECT_EQ(Key("//007").address(), Key("//7").address());
  EXPECT_NE(Key("//18446744073709551616").address(), Key("//0").address());
  EXPECT_NE(Key("//7").address(), Key("/7").address());
  EXPECT_NE(Key("//seven").address(), Key("//7").address());
  // Names of 63 and 64 bytes have lengths of one and two bytes.
  EXPECT_NE(Key("//" + std::string(63, 'a')).address(),
            Key("//" + std::string(64, 'a')).address());
}

}  // namespace
}  // namespace sn37::chain
