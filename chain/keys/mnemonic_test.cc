#include "chain/keys/mnemonic.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sodium.h"

namespace sn37::chain {
namespace {

Secret Of(absl::string_view bytes) {
  auto secret = Secret::Copy(bytes);
  EXPECT_TRUE(secret.ok()) << secret.status();
  return *std::move(secret);
}

std::string Words(const std::string& entropy) {
  const auto phrase = MnemonicFromEntropy(Of(entropy));
  EXPECT_TRUE(phrase.ok()) << phrase.status();
  return std::string(phrase->view());
}

// BIP-39's own vectors.
TEST(MnemonicTest, EntropyGivesTheWordsOfBip39) {
  const struct {
    std::string entropy;
    const char* phrase;
  } kCases[] = {
      {std::string(16, '\0'),
       "abandon abandon abandon abandon abandon abandon abandon abandon "
       "abandon abandon abandon about"},
      {std::string(16, '\x7f'),
       "legal winner thank year wave sausage worth useful legal winner thank "
       "yellow"},
      {std::string(16, '\x80'),
       "letter advice cage absurd amount doctor acoustic avoid letter advice "
       "cage above"},
      {std::string(16, '\xff'),
       "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong"},
      {std::string(24, '\x7f'),
       "legal winner thank year wave sausage worth useful legal winner thank "
       "year wave sausage worth useful legal will"},
      {std::string(32, '\0'),
       "abandon abandon abandon abandon abandon abandon abandon abandon "
       "abandon abandon abandon abandon abandon abandon abandon abandon "
       "abandon abandon abandon abandon abandon abandon abandon art"},
      {std::string(32, '\xff'),
       "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo "
       "zoo zoo zoo zoo zoo zoo vote"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Words(c.entropy), c.phrase);
}

TEST(MnemonicTest, WordsGiveTheirEntropyBack) {
  for (size_t size : {16, 20, 24, 28, 32}) {
    for (int i = 0; i < 100; ++i) {
      std::string entropy(size, '\0');
      randombytes_buf(entropy.data(), size);
      const std::string phrase = Words(entropy);
      const auto back = MnemonicEntropy(phrase);
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_EQ(back->view(), entropy) << phrase;
    }
  }
}

TEST(MnemonicTest, AFreshPhraseHasAsManyWordsAsWanted) {
  for (int words : {12, 15, 18, 21, 24}) {
    const auto phrase = NewMnemonic(words);
    ASSERT_TRUE(phrase.ok()) << phrase.status();
    const std::vector<std::string> split = absl::StrSplit(phrase->view(), ' ');
    EXPECT_EQ(static_cast<int>(split.size()), words);
    EXPECT_TRUE(MnemonicEntropy(phrase->view()).ok());
    EXPECT_NE(NewMnemonic(words)->view(), phrase->view());
  }
  for (int words : {-12, 0, 3, 9, 11, 13, 27, 1 << 30}) {
    EXPECT_EQ(NewMnemonic(words).status().code(),
              absl::StatusCode::kInvalidArgument)
        << words;
  }
}

// substrate-bip39's vectors are of the password "Substrate"; ours begin with
// the half of them that is used.
TEST(MnemonicTest, SeedsAreSubstratesAndNotBip39s) {
  const struct {
    std::string entropy;
    const char* seed;
  } kCases[] = {
      {std::string(16, '\0'),
       "44e9d125f037ac1d51f0a7d3649689d422c2af8b1ec8e00d71db4d7bf6d127e3"},
      {std::string(16, '\x7f'),
       "4313249608fe8ac10fd5886c92c4579007272cb77c21551ee5b8d60b78041685"},
      {std::string(32, '\xff'),
       "047e89ef7739cbfe30da0ad32eb1720d8f62441dd4f139b981b8e2d0bd412ed4"},
  };
  for (const auto& c : kCases) {
    const auto seed = SeedFromMnemonic(Words(c.entropy), "Substrate");
    ASSERT_TRUE(seed.ok()) << seed.status();
    EXPECT_EQ(absl::BytesToHexString(seed->view()), c.seed);
  }
}

TEST(MnemonicTest, WhatIsWrongWithAPhraseIsSaidWithoutQuotingIt) {
  const struct {
    const char* phrase;
    const char* reason;
  } kCases[] = {
      {"bottom drive obey lake curtain smoke basket hold race lonely fit fit",
       "checksum"},
      {"bottom drive obey lake curtain smoke basket hold race lonely fit wulk",
       "word"},
      {"bottom drive obey", "count"},
      {"", "count"},
      {"\xff\xfe", "UTF-8"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = SeedFromMnemonic(c.phrase, "").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(status.message(), c.reason)) << status;
    for (const char* word : {"bottom", "wulk", "fit"}) {
      EXPECT_FALSE(absl::StrContains(status.message(), word)) << status;
    }
  }
}

}  // namespace
}  // namespace sn37::chain
