#include "chain/codec/ss58.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

nlohmann::json Vectors(const std::string& name) {
  auto text = ReadFile("chain/codec/testdata/" + name, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  auto json = ParseJson(*text, {});
  EXPECT_TRUE(json.ok()) << json.status();
  return (*json)["vectors"];
}

AccountId Account(const nlohmann::json& hex) {
  const std::string bytes =
      absl::HexStringToBytes(hex.get<std::string>().substr(2));
  AccountId account;
  std::copy(bytes.begin(), bytes.end(), account.begin());
  return account;
}

TEST(Ss58Test, ValidAddressesRoundTrip) {
  const nlohmann::json vectors = Vectors("ss58_valid.json");
  ASSERT_EQ(vectors.size(), 48u);
  for (const auto& vector : vectors) {
    const std::string address = vector["address"];
    const uint16_t prefix = vector["prefix"];
    EXPECT_EQ(EncodeSs58(Account(vector["pub"]), prefix), address);
    const auto decoded = DecodeSs58(address, prefix);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    EXPECT_EQ(*decoded, Account(vector["pub"])) << address;
  }
}

TEST(Ss58Test, InvalidAddressesAreRefused) {
  const nlohmann::json vectors = Vectors("ss58_invalid.json");
  ASSERT_EQ(vectors.size(), 13u);
  for (const auto& vector : vectors) {
    const std::string address = vector["address"];
    EXPECT_EQ(DecodeSs58(address).status().code(),
              absl::StatusCode::kInvalidArgument)
        << vector;
  }
}

TEST(Ss58Test, AnotherNetworksAddressIsRefusedWithItsNumber) {
  EXPECT_TRUE(DecodeSs58(EncodeSs58(AccountId{}, 64), 64).ok());
  EXPECT_FALSE(DecodeSs58(EncodeSs58(AccountId{}, 64), 65).ok());
  EXPECT_EQ(DecodeSs58(EncodeSs58(AccountId{}, 0)).status().message(),
            "\"111111111111111111111111111111111HC1\" is no address of this "
            "network: its network is not number 42");
}

TEST(Ss58Test, EveryChangedCharacterIsNoticed) {
  const std::string address =
      "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
  ASSERT_TRUE(DecodeSs58(address).ok());
  for (size_t i = 0; i < address.size(); ++i) {
    std::string changed = address;
    changed[i] = changed[i] == 'z' ? 'y' : 'z';
    EXPECT_FALSE(DecodeSs58(changed).ok()) << changed;
  }
}

TEST(Ss58Test, HostileTextIsShownHarmless) {
  const auto status = DecodeSs58("\x1b[2J\xff").status();
  EXPECT_EQ(status.message(),
            "\"\\x1b[2J\\xff\" is no address of this network: it has a "
            "character that base58 has not");
  EXPECT_LT(DecodeSs58(std::string(1 << 20, 'z')).status().message().size(),
            200u);
}

}  // namespace
}  // namespace sn37::chain
