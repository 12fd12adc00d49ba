#include "chain/hidden_weights.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

// Vectors of the official client, and one commit that a running runtime (spec
// 218) matched with its reveal.
TEST(HiddenWeightsTest, HashesAreThoseOfTheChain) {
  const auto text = ReadFile("chain/testdata/commit_hashes.json", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status();
  const auto json = ParseJson(*text, {});
  ASSERT_TRUE(json.ok()) << json.status();
  ASSERT_EQ((*json)["vectors"].size(), 5u);
  for (const auto& vector : (*json)["vectors"]) {
    const std::string hotkey =
        absl::HexStringToBytes(vector["hotkey"].get<std::string>().substr(2));
    AccountId account;
    std::copy(hotkey.begin(), hotkey.end(), account.begin());
    HiddenWeights hidden;
    for (size_t i = 0; i < vector["uids"].size(); ++i) {
      hidden.weights.push_back({vector["uids"][i], vector["values"][i]});
    }
    hidden.salt = vector["salt"].get<std::vector<uint16_t>>();
    hidden.version_key = vector["version_key"];
    const WeightsHash hash = HashOf(account, vector["netuid_index"], hidden);
    EXPECT_EQ(
        "0x" + absl::BytesToHexString(
                   {reinterpret_cast<const char*>(hash.data()), hash.size()}),
        vector["hash"].get<std::string>());
  }
}

TEST(HiddenWeightsTest, EverySaltIsAnother) {
  EXPECT_EQ(NewSalt().size(), 8u);
  EXPECT_NE(NewSalt(), NewSalt());
}

TEST(HiddenWeightsTest, TextGivesThemBack) {
  const HiddenWeights hidden = {
      {{0, 65535}, {65535, 1}}, {1, 2, 65535}, UINT64_MAX};
  const std::string text = ToText(hidden);
  EXPECT_EQ(text, R"({"salt":[1,2,65535],"version_key":"18446744073709551615",)"
                  R"("weights":[[0,65535],[65535,1]]})");
  const auto parsed = ParseHiddenWeights(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, hidden);
}

TEST(HiddenWeightsTest, AnotherTextIsRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"weights":[],"salt":[]})",
        R"({"weights":{},"salt":[],"version_key":"1"})",
        R"({"weights":[1],"salt":[],"version_key":"1"})",
        R"({"weights":[[1]],"salt":[],"version_key":"1"})",
        R"({"weights":[[1,2,3]],"salt":[],"version_key":"1"})",
        R"({"weights":[[1,65536]],"salt":[],"version_key":"1"})",
        R"({"weights":[[1,-1]],"salt":[],"version_key":"1"})",
        R"({"weights":[[1,1.5]],"salt":[],"version_key":"1"})",
        R"({"weights":[],"salt":["1"],"version_key":"1"})",
        R"({"weights":[],"salt":[],"version_key":1})",
        R"({"weights":[],"salt":[],"version_key":"18446744073709551616"})"}) {
    EXPECT_EQ(ParseHiddenWeights(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace sn37::chain
