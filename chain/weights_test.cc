#include "chain/weights.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The official client's outputs (weights.json) and a running runtime's
// (stored_weights.json); see README.md.
nlohmann::json Vectors(const std::string& name) {
  absl::StatusOr<std::string> text =
      ReadFile("chain/testdata/" + name, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  absl::StatusOr<nlohmann::json> json = ParseJson(*text, {});
  EXPECT_TRUE(json.ok()) << json.status();
  return (*json)["vectors"];
}

// Numbers that must fail are written as text ("inf").
double Number(const nlohmann::json& value) {
  return value.is_string()
             ? std::strtod(value.get<std::string>().c_str(), nullptr)
             : value.get<double>();
}

TEST(WeightsTest, QuantizesAsTheOfficialClient) {
  int cases = 0;
  for (const nlohmann::json& v : Vectors("weights.json")) {
    if (v["op"] != "normalize") continue;
    ++cases;
    // A uid that is none cannot be said in the type.
    if (std::any_of(v["uids"].begin(), v["uids"].end(),
                    [](int64_t uid) { return uid < 0 || uid > 65535; })) {
      EXPECT_TRUE(v.value("must_fail", false)) << v;
      continue;
    }
    std::vector<Share> shares;
    for (size_t i = 0; i < v["uids"].size(); ++i) {
      shares.push_back({v["uids"][i].get<uint16_t>(), Number(v["weights"][i])});
    }
    const absl::StatusOr<std::vector<Weight>> got =
        QuantizeWeights(shares, 65535);
    if (v.value("must_fail", false)) {
      EXPECT_EQ(got.status().code(), absl::StatusCode::kInvalidArgument) << v;
      continue;
    }
    std::vector<Weight> want;
    for (size_t i = 0; i < v["out_uids"].size(); ++i) {
      want.push_back(
          {v["out_uids"][i].get<uint16_t>(), v["out_vals"][i].get<uint16_t>()});
    }
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(*got, want) << v;
  }
  EXPECT_GE(cases, 10);
}

TEST(WeightsTest, ClipsAsTheOfficialClient) {
  int cases = 0;
  for (const nlohmann::json& v : Vectors("weights.json")) {
    if (v["op"] != "clip_to_max_weight") continue;
    ++cases;
    std::vector<double> shares;
    for (const nlohmann::json& w : v["weights"]) shares.push_back(Number(w));
    const std::vector<double> got =
        ClipToMaxWeight(shares, v["limit"].get<double>());
    ASSERT_EQ(got.size(), v["out"].size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_NEAR(got[i], v["out"][i].get<double>(),
                  v["tolerance"].get<double>())
          << v;
    }
  }
  EXPECT_GE(cases, 10);
}

TEST(WeightsTest, UpscalesAsTheRuntimeStores) {
  int cases = 0;
  for (const nlohmann::json& v : Vectors("stored_weights.json")) {
    ++cases;
    std::vector<Weight> sent, want;
    for (size_t i = 0; i < v["uids"].size(); ++i) {
      sent.push_back(
          {v["uids"][i].get<uint16_t>(), v["values"][i].get<uint16_t>()});
    }
    for (const nlohmann::json& w : v["stored"]) {
      want.push_back({w[0].get<uint16_t>(), w[1].get<uint16_t>()});
    }
    EXPECT_EQ(MaxUpscale(sent), want) << v;
  }
  EXPECT_EQ(cases, 4);
}

TEST(WeightsTest, ZerosAreDroppedAndNoWeightIsNoVector) {
  EXPECT_THAT(*QuantizeWeights({{3, 0.0}, {1, 2.0}, {2, 1.0}}, 65535),
              ElementsAre(Weight{1, 65535}, Weight{2, 32768}));
  EXPECT_THAT(*QuantizeWeights({{3, 0.0}}, 65535), IsEmpty());
  EXPECT_THAT(*QuantizeWeights({}, 100), IsEmpty());
  EXPECT_THAT(MaxUpscale({{1, 0}}), ElementsAre(Weight{1, 0}));
}

TEST(WeightsTest, SharesAboveTheLimitAreClippedFirst) {
  // A limit of a half: the winner's 0.8 and the others' 0.2 become equal.
  const std::vector<Weight> weights =
      *QuantizeWeights({{0, 8.0}, {1, 1.0}, {2, 1.0}}, 32768);
  EXPECT_EQ(weights[0].value, 65535);
  EXPECT_NEAR(weights[1].value, 32768, 2);
  EXPECT_EQ(weights[1].value, weights[2].value);
}

TEST(WeightsTest, WhatIsNoShareIsRefused) {
  EXPECT_FALSE(QuantizeWeights({{0, -1.0}}, 65535).ok());
  EXPECT_FALSE(QuantizeWeights({{0, std::nan("")}}, 65535).ok());
  EXPECT_FALSE(QuantizeWeights({{0, 1.0}, {0, 2.0}}, 65535).ok());
}

}  // namespace
}  // namespace sn37::chain
