#include "chain/keys/key_file.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

std::string Contents(const std::string& name) {
  auto text = ReadFile("chain/keys/testdata/keyfiles/" + name, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return *text;
}

nlohmann::json Manifest() {
  auto json = ParseJson(Contents("manifest.json"), {});
  EXPECT_TRUE(json.ok()) << json.status();
  return *json;
}

Secret KeyOf(const nlohmann::json& hex) {
  auto key = SecretFromHex(hex.get<std::string>(), 32);
  EXPECT_TRUE(key.ok()) << key.status();
  return *std::move(key);
}

// Files that the wallet wrote.
TEST(KeyFileTest, PlainFilesGiveTheirKeys) {
  int files = 0;
  for (const auto& vector : Manifest()) {
    if (vector["kind"] != "plain") continue;
    ++files;
    const std::string contents = Contents(vector["file"]);
    const auto key = ParseKeyFile(contents);
    if (vector.value("must_fail", false)) {
      EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument)
          << vector;
      continue;
    }
    ASSERT_TRUE(key.ok()) << vector << key.status();
    EXPECT_EQ(key->address(), vector["ss58"].get<std::string>());
    EXPECT_FALSE(IsEncryptedKeyFile(contents));
    const auto account = ParsePublicKeyFile(contents);
    ASSERT_TRUE(account.ok()) << account.status();
    EXPECT_EQ(*account, key->public_key());
  }
  EXPECT_EQ(files, 8);
}

// Their passwords are password_key_test's.
TEST(KeyFileTest, EncryptedFilesOpenWithTheirKeyAlone) {
  int files = 0;
  for (const auto& vector : Manifest()) {
    if (!vector.contains("argon2i_key_hex")) continue;
    ++files;
    const std::string name = vector["file"];
    const Secret key = KeyOf(vector["argon2i_key_hex"]);
    const std::string contents = Contents(name);
    EXPECT_TRUE(IsEncryptedKeyFile(contents));
    const auto plain = DecryptKeyFile(contents, key);
    ASSERT_TRUE(plain.ok()) << name << plain.status();
    EXPECT_EQ(Sha256(plain->view()).hex(),
              vector["plaintext_sha256"].get<std::string>());
    EXPECT_EQ(ParseKeyFile(plain->view())->address(),
              vector["ss58"].get<std::string>());

    EXPECT_EQ(DecryptKeyFile(Contents(name + "_tampered"), key).status().code(),
              absl::StatusCode::kPermissionDenied);
    EXPECT_FALSE(DecryptKeyFile(Contents(name + "_short"), key).ok());
    for (size_t size = 0; size < contents.size(); ++size) {
      EXPECT_FALSE(DecryptKeyFile(contents.substr(0, size), key).ok()) << size;
    }
    EXPECT_EQ(
        DecryptKeyFile(contents, KeyOf(std::string(64, '5'))).status().code(),
        absl::StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(files, 3);
}

TEST(KeyFileTest, WhatIsEncryptedOpensAgain) {
  const Secret key = KeyOf(std::string(64, '5'));
  const std::string first = EncryptKeyFile("plain", key);
  EXPECT_EQ(DecryptKeyFile(first, key)->view(), "plain");
  EXPECT_NE(EncryptKeyFile("plain", key), first) << "the nonce is random";
  EXPECT_EQ(DecryptKeyFile(EncryptKeyFile("", key), key)->view(), "");
}

TEST(KeyFileTest, OldEncryptionsAreNamedAndNotTried) {
  const std::string contents = Contents("legacy0");
  EXPECT_FALSE(IsEncryptedKeyFile(contents));
  EXPECT_EQ(ParseKeyFile(contents).status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_EQ(
      DecryptKeyFile(contents, KeyOf(std::string(64, '5'))).status().code(),
      absl::StatusCode::kInvalidArgument);
}

TEST(KeyFileTest, AWrittenFileHoldsWhatTheWalletsOwnHolds) {
  int files = 0;
  for (const auto& vector : Manifest()) {
    if (!vector.contains("mnemonic")) continue;
    ++files;
    const auto written = KeyFileOfPhrase(vector["mnemonic"].get<std::string>());
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_EQ(*ParseJson(written->view(), {}),
              *ParseJson(Contents(vector["file"]), {}));
  }
  EXPECT_EQ(files, 3);
}

TEST(KeyFileTest, APublicFileHoldsNoSecret) {
  const auto key = Keypair::FromUri("//Alice");
  ASSERT_TRUE(key.ok());
  const std::string contents = PublicKeyFile(key->public_key());
  EXPECT_EQ(*ParsePublicKeyFile(contents), key->public_key());
  EXPECT_EQ(ParseKeyFile(contents).status().message(),
            "key file: it holds no secret key");
  EXPECT_EQ(ParseJson(contents, {})->size(), 4u);
}

TEST(KeyFileTest, ContradictionsAreRefusedWithoutQuotingSecrets) {
  const std::string good = Contents("plain0.json");
  const struct {
    const char* from;
    const char* to;
    const char* reason;
  } kCases[] = {
      {"0xfac7959d", "0xfac7959e", "does not belong"},
      {"0xfac7959d", "0xfac7959", "64 hexadecimal digits"},
      {"5DfhGyQd", "5DfhGyQe", "checksum"},
      {"\"ss58Address\"", "\"other\"", ""},
      {"\"publicKey\":\"0x46eb", "\"publicKey\":\"0x46ec", "publicKey is not"},
      {"\"accountId\":\"0x46eb", "\"accountId\":\"0x46ec", "accountId is not"},
      {"\"cryptoType\":1", "\"cryptoType\":0", "only sr25519"},
      {"\"cryptoType\":1", "\"cryptoType\":{}", "flat JSON object"},
      {"\"secretSeed\":\"0x", "\"secretSeed\":\"0x\\u0030", "hexadecimal"},
  };
  for (const auto& c : kCases) {
    const std::string changed = absl::StrReplaceAll(good, {{c.from, c.to}});
    ASSERT_NE(changed, good);
    const absl::Status status = ParseKeyFile(changed).status();
    if (*c.reason == '\0') {
      EXPECT_TRUE(status.ok()) << status;
      continue;
    }
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.to;
    EXPECT_TRUE(absl::StrContains(status.message(), c.reason)) << status;
    for (const char* secret : {"bottom", "fac7", "05d6"}) {
      EXPECT_FALSE(absl::StrContains(status.message(), secret)) << status;
    }
  }
}

TEST(KeyFileTest, EachFormOfASecretIsEnough) {
  const nlohmann::json whole = *ParseJson(Contents("plain1.json"), {});
  for (const char* field : {"secretSeed", "secretPhrase", "privateKey"}) {
    const nlohmann::json one = {{field, whole[field]}};
    const auto key = ParseKeyFile(one.dump());
    ASSERT_TRUE(key.ok()) << field << key.status();
    EXPECT_EQ(key->address(), whole["ss58Address"].get<std::string>());
  }
  for (const char* wrong :
       {R"({"secretSeed":"0x00"})", R"({"privateKey":"0x00"})",
        R"({"secretPhrase":"bottom bottom"})",
        R"({"secretSeed":null,"secretPhrase":"","cryptoType":1})"}) {
    EXPECT_EQ(ParseKeyFile(wrong).status().code(),
              absl::StatusCode::kInvalidArgument)
        << wrong;
  }
  const std::string no_scalar =
      absl::StrCat(R"({"privateKey":"0x)", std::string(128, 'f'), "\"}");
  EXPECT_EQ(ParseKeyFile(no_scalar).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sn37::chain
