#include "sn37/competition/wins.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sn37/competition/testing.h"

namespace sn37 {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

Epsilon Decay(double start, double end, int64_t blocks) {
  Epsilon epsilon;
  epsilon.mutable_linear_decay()->set_start(start);
  epsilon.mutable_linear_decay()->set_end(end);
  epsilon.mutable_linear_decay()->set_blocks(blocks);
  return epsilon;
}

std::vector<Contender> Field(const nlohmann::json& c) {
  std::vector<Contender> field;
  for (size_t i = 0; i < c["scores"].size(); ++i) {
    field.push_back({ToDouble(c["scores"][i]), ToBlock(c["blocks"][i])});
  }
  return field;
}

// The vectors are the reference's. Followed: every field without NaN that has a
// real score. Mended: NaN, which there neither wins nor loses, is a failure
// here; and an all-failed field, whose members all tie at the top there
// (reference.md §12.8), gets no weight.
TEST(WinsTest, VectorsWithoutNanBitForBit) {
  int followed = 0;
  for (const auto& c : ReadCases("wins.json")) {
    const std::vector<Contender> field = Field(c);
    bool nan = false, scored = false;
    for (const Contender& contender : field) {
      nan = nan || std::isnan(contender.score);
      scored = scored || IsScored(contender.score);
    }
    if (nan) continue;
    const Epsilon epsilon =
        Decay(c["epsilon"][0], c["epsilon"][1], c["epsilon"][2]);
    const int64_t current = c["current_block"];
    const Standings standings = Rank(field, epsilon, current);
    for (size_t i = 0; i < field.size(); ++i) {
      EXPECT_EQ(standings.models[i].wins, c["wins"][i]) << c;
      EXPECT_EQ(standings.models[i].win_rate, c["win_rate"][i].get<double>());
      EXPECT_EQ(standings.models[i].step_weight,
                scored ? c["step_weights"][i].get<double>() : 0.0)
          << c;
      for (size_t j = 0; j < field.size(); ++j) {
        if (i == j) continue;
        EXPECT_EQ(Beats(field[i], field[j], epsilon, current),
                  c["is_win"][i][j].get<bool>());
      }
    }
    EXPECT_EQ(standings.top.has_value(), scored);
    if (scored) {
      EXPECT_EQ(c["uids"][*standings.top], c["top_uid"]) << c;
    }
    ++followed;
  }
  EXPECT_GE(followed, 50);
}

// The same vectors with NaN: ours must be what the reference gives for
// infinity.
TEST(WinsTest, NanIsAFailureInEveryVector) {
  int mended = 0;
  for (const auto& c : ReadCases("wins.json")) {
    std::vector<Contender> field = Field(c), failed = field;
    for (Contender& contender : failed) {
      if (std::isnan(contender.score)) contender.score = kInfinity, ++mended;
    }
    const Epsilon epsilon =
        Decay(c["epsilon"][0], c["epsilon"][1], c["epsilon"][2]);
    const Standings a = Rank(field, epsilon, c["current_block"]);
    const Standings b = Rank(failed, epsilon, c["current_block"]);
    EXPECT_EQ(a.top, b.top);
    for (size_t i = 0; i < field.size(); ++i) {
      EXPECT_EQ(a.models[i].wins, b.models[i].wins);
      if (!std::isnan(field[i].score)) continue;
      EXPECT_EQ(a.models[i].wins, 0);
      EXPECT_EQ(a.models[i].step_weight, 0);
    }
  }
  EXPECT_GE(mended, 2);
}

TEST(WinsTest, RealScoreBeatsEveryFailure) {
  const Epsilon epsilon = Decay(0.05, 0.01, 1000);
  const Standings standings = Rank(
      std::vector<Contender>{
          {kNan, 1}, {9e9, 5}, {kInfinity, 2}, {-kInfinity, 3}},
      epsilon, 100);
  EXPECT_EQ(standings.top, 1u);
  EXPECT_EQ(standings.models[1].wins, 3);
  EXPECT_EQ(standings.models[1].win_rate, 1.0);
  for (size_t i : {0, 2, 3}) {
    EXPECT_EQ(standings.models[i].wins, 0);
    EXPECT_EQ(standings.models[i].step_weight, 0);
  }
}

TEST(WinsTest, AllFailedFieldGetsNoWeightALoneRealScoreAllOfIt) {
  const Epsilon epsilon = Decay(0.05, 0.01, 1000);
  const Standings failed =
      Rank(std::vector<Contender>{{kNan, 1}, {kInfinity, 2}}, epsilon, 100);
  EXPECT_EQ(failed.top, std::nullopt);
  for (const Standing& s : failed.models) EXPECT_EQ(s.step_weight, 0);
  const Standings lone = Rank(std::vector<Contender>{{0.5, 1}}, epsilon, 100);
  EXPECT_EQ(lone.models[0].step_weight, 1);
  EXPECT_EQ(lone.models[0].win_rate, 0);
  EXPECT_TRUE(Rank({}, epsilon, 100).models.empty());
}

TEST(WinsTest, LaterCopyLosesThroughEpsilon) {
  const Epsilon epsilon = Decay(0.05, 0.01, 1000);
  const Contender original{0.5, 10}, copy{0.5, 20};
  EXPECT_TRUE(Beats(original, copy, epsilon, 5000));
  EXPECT_FALSE(Beats(copy, original, epsilon, 5000));
  const Contender better{0.49, 20};  // by 2 %: enough at 1 %, not at 5 %
  EXPECT_TRUE(Beats(better, original, epsilon, 5000));
  EXPECT_FALSE(Beats(better, original, epsilon, 10));
  const Contender twin{0.5, 10};
  EXPECT_FALSE(Beats(original, twin, epsilon, 5000));
}

}  // namespace
}  // namespace sn37
