#include "eval/models/rotary.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

// The angle by which pair `pair` turns from position 0 to position 1.
double Frequency(const RotaryConfig& config, int64_t length, int64_t pair) {
  const Rotary rotary(config);
  std::vector<float> cosine(rotary.pairs()), sine(rotary.pairs());
  rotary.Turn(1, length, cosine.data(), sine.data());
  return std::atan2(sine[pair], cosine[pair]);
}

RotaryConfig Config(RotaryConfig::Scaling scaling, double factor,
                    int64_t original) {
  RotaryConfig config;
  config.dim = 8;
  config.theta = 10000;
  config.scaling = scaling;
  config.factor = factor;
  config.original_positions = original;
  return config;
}

TEST(RotaryTest, PlainFrequenciesArePowersOfTheta) {
  const RotaryConfig config = Config(RotaryConfig::kNone, 1, 0);
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(Frequency(config, 5, i), std::pow(10000, -i / 4.0), 1e-7);
  }
}

TEST(RotaryTest, LinearScalingDividesAllFrequencies) {
  EXPECT_NEAR(Frequency(Config(RotaryConfig::kLinear, 4, 0), 5, 1), 0.1 / 4,
              1e-7);
}

TEST(RotaryTest, DynamicScalingDependsOnTheTextsLengthAlone) {
  const RotaryConfig config = Config(RotaryConfig::kDynamic, 4, 100);
  EXPECT_NEAR(Frequency(config, 100, 1), 0.1, 1e-7);
  // theta · (4 · 200 / 100 - 3)^(8 / 6)
  const double theta = 10000 * std::pow(5, 8.0 / 6);
  EXPECT_NEAR(Frequency(config, 200, 1), std::pow(theta, -0.25), 1e-7);
  EXPECT_NEAR(Frequency(config, 100, 1), 0.1, 1e-7);
}

TEST(RotaryTest, Llama3KeepsShortWavelengthsAndStretchesLongOnes) {
  RotaryConfig config = Config(RotaryConfig::kLlama3, 8, 64);
  config.low_frequency_factor = 1;
  config.high_frequency_factor = 4;
  EXPECT_NEAR(Frequency(config, 5, 0), 1.0, 1e-7);  // wavelength 6.3 < 16
  EXPECT_NEAR(Frequency(config, 5, 3), 0.001 / 8, 1e-9);
}

TEST(RotaryTest, LongRopeChangesFactorsPastTheOriginalLength) {
  RotaryConfig config = Config(RotaryConfig::kLongRope, 1, 100);
  config.short_factors = {1, 2, 1, 1};
  config.long_factors = {1, 5, 1, 1};
  EXPECT_NEAR(Frequency(config, 100, 1), 0.05, 1e-7);
  EXPECT_NEAR(Frequency(config, 101, 1), 0.02, 1e-7);
  EXPECT_FALSE(Rotary(config).ChangesAfter(99));
  EXPECT_TRUE(Rotary(config).ChangesAfter(100));
  EXPECT_FALSE(Rotary(config).ChangesAfter(101));
}

// Values of transformers 5.23.0's ROPE_INIT_FUNCTIONS["yarn"] for dim 8, theta
// 10000, factor 4, original length 64.
TEST(RotaryTest, YarnBlendsBetweenItsRampsEnds) {
  const RotaryConfig config = Config(RotaryConfig::kYarn, 4, 64);
  const double kExpected[] = {1.0, 0.0625, 0.0024999999441206455,
                              0.0002500000118743628};
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(Frequency(config, 5, i), kExpected[i], 1e-7) << i;
  }
}

}  // namespace
}  // namespace sn37::eval
