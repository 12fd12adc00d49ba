#include "chain/keys/wallet.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "chain/keys/key_file.h"
#include "chain/keys/secret_file.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::chain {
namespace {

constexpr char kWallets[] = "chain/keys/testdata/wallets";
constexpr char kPhrase[] =
    "legal winner thank year wave sausage worth useful legal winner thank "
    "yellow";

absl::StatusOr<Secret> NoPassword() {
  ADD_FAILURE() << "no password is needed";
  return absl::InternalError("asked");
}

std::string Temporary(const std::string& name) {
  return testing::TempDir() + "/" + name;
}

TEST(WalletTest, NamesStayInsideOfTheTree) {
  EXPECT_EQ(*WalletKeyPath("/w", "miner"), "/w/miner/coldkey");
  EXPECT_EQ(*WalletKeyPath("/w", "miner/default"), "/w/miner/hotkeys/default");
  for (const char* name :
       {"", "/", "a/", "/a", "a/b/c", "..", "a/..", "../a", ".", "a//b"}) {
    EXPECT_EQ(WalletKeyPath("/w", name).status().code(),
              absl::StatusCode::kInvalidArgument)
        << name;
  }
}

TEST(WalletTest, AWalletThatOthersWroteIsRead) {
  const auto path = WalletKeyPath(kWallets, "w0/default");
  const auto hotkey = LoadKey(*path, NoPassword);
  ASSERT_TRUE(hotkey.ok()) << hotkey.status();
  EXPECT_EQ(hotkey->keypair.address(),
            "5EHgWw2Af1pnoc7f1A8bfmM97W3DAYW8xr82RfhLL9oAabAe");
  const auto keys = ListWallets(kWallets);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].name, "w0");
  EXPECT_EQ((*keys)[0].address,
            "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV");
  EXPECT_EQ((*keys)[1].name, "w0/default");
  EXPECT_EQ((*keys)[1].address, hotkey->keypair.address());
}

TEST(WalletTest, AddedKeysAreFoundAgain) {
  const std::string wallets = Temporary("added");
  const auto contents = KeyFileOfPhrase(kPhrase);
  const auto key = Keypair::FromUri(kPhrase);
  ASSERT_TRUE(contents.ok() && key.ok());
  for (const char* name : {"mine", "mine/one", "other/two"}) {
    const auto path =
        AddWalletKey(wallets, name, contents->view(), key->public_key());
    ASSERT_TRUE(path.ok()) << path.status();
    const auto loaded = LoadKey(*path, NoPassword);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->keypair.public_key(), key->public_key());
    EXPECT_EQ(loaded->warning, "");
    EXPECT_EQ(
        AddWalletKey(wallets, name, "{}", key->public_key()).status().code(),
        absl::StatusCode::kAlreadyExists);
  }
  const auto keys = ListWallets(wallets);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 3u);
  for (const WalletKey& listed : *keys) {
    EXPECT_EQ(listed.address, key->address());
    EXPECT_EQ(listed.problem, "");
    EXPECT_FALSE(listed.encrypted);
  }
  struct stat info;
  ASSERT_EQ(stat((wallets + "/mine/coldkeypub.txt").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(WalletTest, AnAddressWithoutItsSecretIsNotReplaced) {
  const std::string wallets = Temporary("watched");
  const auto key = Keypair::FromUri("//Alice");
  ASSERT_TRUE(MakeFolder(wallets + "/w").ok());
  ASSERT_TRUE(CreateSecretFile(wallets + "/w/coldkeypub.txt",
                               PublicKeyFile(key->public_key()))
                  .ok());
  EXPECT_EQ(AddWalletKey(wallets, "w", "{}", key->public_key()).status().code(),
            absl::StatusCode::kAlreadyExists);
  const auto keys = ListWallets(wallets);
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ((*keys)[0].address, key->address());
  EXPECT_EQ((*keys)[0].problem, "its secret is not here");
}

// One password, so that the test takes its three seconds twice and no more.
TEST(WalletTest, AnEncryptedKeyAsksForItsPassword) {
  const std::string wallets = Temporary("encrypted");
  const auto key = Keypair::FromUri(kPhrase);
  const auto password_key = KeyFilePasswordKey("open");
  ASSERT_TRUE(password_key.ok()) << password_key.status();
  const std::string contents =
      EncryptKeyFile(KeyFileOfPhrase(kPhrase)->view(), *password_key);
  const auto path = AddWalletKey(wallets, "w", contents, key->public_key());
  ASSERT_TRUE(path.ok()) << path.status();

  const auto keys = ListWallets(wallets);
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_TRUE((*keys)[0].encrypted);
  EXPECT_EQ((*keys)[0].address, key->address());

  const auto loaded = LoadKey(*path, [] { return Secret::Copy("open"); });
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->keypair.address(), key->address());
  EXPECT_EQ(
      LoadKey(*path,
              [] { return absl::StatusOr<Secret>(absl::CancelledError("no")); })
          .status(),
      absl::CancelledError("no"));
}

TEST(WalletTest, WhatIsNoKeyIsListedWithItsReason) {
  const std::string wallets = Temporary("broken");
  ASSERT_TRUE(MakeFolder(wallets + "/w/hotkeys/folder").ok());
  ASSERT_TRUE(CreateSecretFile(wallets + "/w/hotkeys/text", "secret").ok());
  ASSERT_TRUE(CreateSecretFile(wallets + "/w/hotkeys/.hidden", "x").ok());
  ASSERT_TRUE(CreateSecretFile(wallets + "/stray", "x").ok());
  const auto keys = ListWallets(wallets);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_TRUE(absl::StrContains((*keys)[0].problem, "not a regular file"));
  EXPECT_TRUE(absl::StrContains((*keys)[1].problem, "flat JSON object"));
  EXPECT_FALSE(absl::StrContains((*keys)[1].problem, "secret"));
  EXPECT_EQ(ListWallets(wallets + "/none").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sn37::chain
