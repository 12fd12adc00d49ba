#include "sn37/competition/ema.h"

#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/competition/testing.h"

namespace sn37 {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::IsEmpty;
using ::testing::Pair;

// The reference's uid as a hotkey whose order is the uid's.
std::string Hotkey(size_t uid) { return std::string(1, char('a' + uid)); }

HotkeyWeights FromVector(const std::vector<double>& values) {
  HotkeyWeights weights;
  for (size_t uid = 0; uid < values.size(); ++uid) {
    if (values[uid] != 0) weights[Hotkey(uid)] = values[uid];
  }
  return weights;
}

ScheduleEntry Entry(const std::vector<std::pair<uint32_t, double>>& rewards) {
  ScheduleEntry entry;
  for (const auto& [id, reward] : rewards) {
    entry.add_competitions()->set_id(id);
    entry.mutable_competitions(entry.competitions_size() - 1)
        ->set_reward(reward);
  }
  return entry;
}

void ExpectWeights(const HotkeyWeights& actual, const nlohmann::json& expected,
                   const nlohmann::json& context) {
  for (size_t uid = 0; uid < expected.size(); ++uid) {
    const auto it = actual.find(Hotkey(uid));
    const float weight = it == actual.end() ? 0 : it->second;
    EXPECT_FLOAT_EQ(weight, expected[uid].get<float>()) << uid << context;
  }
}

// The vectors are the reference's. Followed: every step until a competition's
// first result is an all-failed field; equal to a float's last place, for torch
// adds in another order. Mended (reference.md §12.14): there such a field makes
// the average NaN for ever; here it leaves no trace.
TEST(EmaTest, Vectors) {
  int followed = 0, mended = 0;
  for (const auto& c : ReadCases("ema_weights.json")) {
    std::vector<std::pair<uint32_t, double>> rewards;
    for (const auto& [id, reward] : c["reward"].items()) {
      rewards.emplace_back(std::stoi(id), reward);
    }
    const ScheduleEntry entry = Entry(rewards);
    Averages averages;
    for (const auto& step : c["steps"]) {
      HotkeyWeights& average = averages[step["competition"]];
      average =
          UpdatedAverage(average, FromVector(step["new_weights"]), c["alpha"]);
      const HotkeyWeights weights =
          SubnetWeights(averages, entry, c["threshold"]);
      if (step["tracker_after"].dump().find("NaN") != std::string::npos) {
        for (const auto& [id, hotkey_weights] : averages) {
          for (const auto& [hotkey, weight] : hotkey_weights) {
            EXPECT_TRUE(std::isfinite(weight));
          }
        }
        for (const auto& [hotkey, weight] : weights) {
          EXPECT_TRUE(std::isfinite(weight));
        }
        ++mended;
        continue;
      }
      for (const auto& [id, expected] : step["tracker_after"].items()) {
        ExpectWeights(averages[std::stoi(id)], expected, step);
      }
      ExpectWeights(weights, step["subnet_weights"], step);
      ++followed;
    }
  }
  EXPECT_GE(followed, 50);
  EXPECT_GE(mended, 3);
}

// conformance.md B4.1 to B4.8 (four neurons, alpha 0.5)
TEST(EmaTest, ConformanceCases) {
  const HotkeyWeights first =
      UpdatedAverage({}, FromVector({.1, .2, .3, .4}), .5);
  EXPECT_THAT(first,
              ElementsAre(Pair("a", FloatEq(.1)), Pair("b", FloatEq(.2)),
                          Pair("c", FloatEq(.3)), Pair("d", FloatEq(.4))));
  EXPECT_EQ(UpdatedAverage({}, FromVector({.2, .4, .6, .8}), .5), first);
  EXPECT_THAT(UpdatedAverage(UpdatedAverage({}, FromVector({1, 0, 0, 0}), .5),
                             FromVector({0, 0, 0, 1}), .5),
              ElementsAre(Pair("a", FloatEq(.5)), Pair("d", FloatEq(.5))));
  const ScheduleEntry entry = Entry({{1, .6}, {2, .4}});
  EXPECT_EQ(SubnetWeights({{1, first}}, entry, 0), first);
  EXPECT_THAT(SubnetWeights({{1, FromVector({.1, .1, .2, .3, .3})}}, entry, .3),
              ElementsAre(Pair("d", FloatEq(.5)), Pair("e", FloatEq(.5))));
  EXPECT_THAT(SubnetWeights({{1, FromVector({1, 1, 0, 0})},
                             {2, FromVector({0, 0, 5, 5})}},
                            entry, 0),
              ElementsAre(Pair("a", FloatEq(.3)), Pair("b", FloatEq(.3)),
                          Pair("c", FloatEq(.2)), Pair("d", FloatEq(.2))));
  EXPECT_THAT(SubnetWeights({{1, FromVector({1, 2, 0, 0})},
                             {2, FromVector({0, 0, 5, 5})}},
                            entry, .4),
              ElementsAre(Pair("b", FloatEq(.6)), Pair("c", FloatEq(.2)),
                          Pair("d", FloatEq(.2))));
}

// conformance.md C17
TEST(EmaTest, NewWinnerPassesTheThresholdAtItsSecondWinTheOldFallsAtThe17th) {
  const ScheduleEntry entry = Entry({{1, 1}});
  Averages averages = {{1, {{"old", 1.0f}}}};
  for (int win = 1; win <= 17; ++win) {
    averages[1] = UpdatedAverage(averages[1], {{"new", 1.0f}}, 0.9);
    const HotkeyWeights weights = SubnetWeights(averages, entry, 0.18);
    EXPECT_EQ(weights.count("new"), win >= 2 ? 1u : 0u) << win;
    EXPECT_EQ(weights.count("old"), win <= 16 ? 1u : 0u) << win;
  }
}

TEST(EmaTest, FieldWithoutWeightLeavesTheAverageAlone) {
  const HotkeyWeights average = {{"a", 0.75f}, {"b", 0.25f}};
  EXPECT_EQ(UpdatedAverage(average, {}, 0.9), average);
  EXPECT_EQ(UpdatedAverage(average, {{"a", 0.0f}}, 0.9), average);
  EXPECT_EQ(UpdatedAverage(average, {{"a", std::nanf("")}}, 0.9), average);
  EXPECT_THAT(UpdatedAverage({}, {{"a", 0.0f}}, 0.9), IsEmpty());
}

TEST(EmaTest, NobodyAboveTheThresholdGivesNoWeightInsteadOfNan) {
  HotkeyWeights even;
  for (size_t uid = 0; uid < 10; ++uid) even[Hotkey(uid)] = 0.1f;
  EXPECT_THAT(SubnetWeights({{1, even}}, Entry({{1, 1}}), 0.18), IsEmpty());
  EXPECT_THAT(SubnetWeights({{1, even}, {2, {{"z", 1.0f}}}},
                            Entry({{1, .6}, {2, .4}}), 0.18),
              ElementsAre(Pair("z", FloatEq(1))));
  EXPECT_THAT(SubnetWeights({}, Entry({{1, 1}}), 0.18), IsEmpty());
}

// Mended, reference.md §12.9: there the weight stays with the slot.
TEST(EmaTest, WeightEndsWithTheRegistrationThatEarnedIt) {
  const Averages averages = {
      {1, {{"gone", .5f}, {"back", .25f}, {"here", .25f}}},
      {9, {{"here", 1.0f}}}};
  const std::map<std::string, int64_t> registered_at = {{"back", 1001},
                                                        {"here", 1000}};
  const Averages purged =
      Purged(averages, Entry({{1, 1}}), registered_at, /*last_epoch=*/1000);
  ASSERT_EQ(purged.size(), 1u);
  EXPECT_THAT(purged.at(1), ElementsAre(Pair("here", FloatEq(1))));
}

}  // namespace
}  // namespace sn37
