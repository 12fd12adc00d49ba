#include "eval/models/rotary.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sn37::eval {
namespace {

constexpr double kTwoPi = 6.283185307179586;

// theta^(2 i / d), rounded to float32 as the frameworks do.
std::vector<float> Wavelengths(double theta, int64_t dim) {
  std::vector<float> powers(dim / 2);
  for (int64_t i = 0; i < dim / 2; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(dim);
    powers[i] = static_cast<float>(
        std::pow(static_cast<double>(static_cast<float>(theta)),
                 static_cast<double>(exponent)));
  }
  return powers;
}

std::vector<float> Inverse(std::vector<float> powers) {
  for (float& power : powers) power = 1.0f / power;
  return powers;
}

// Long wavelengths are stretched by the factor, short ones kept, those between
// blended.
std::vector<float> Llama3(const RotaryConfig& config,
                          std::vector<float> frequencies) {
  const double length = static_cast<double>(config.original_positions);
  const double low = length / config.low_frequency_factor;
  const double high = length / config.high_frequency_factor;
  for (float& frequency : frequencies) {
    const double wavelength = kTwoPi / frequency;
    if (wavelength > low) {
      frequency = static_cast<float>(frequency / config.factor);
    } else if (wavelength >= high) {
      const double smooth =
          (length / wavelength - config.low_frequency_factor) /
          (config.high_frequency_factor - config.low_frequency_factor);
      frequency = static_cast<float>((1 - smooth) * frequency / config.factor +
                                     smooth * frequency);
    }
  }
  return frequencies;
}

// The pair that turns `rotations` times within the original length.
double YarnPair(const RotaryConfig& config, double rotations) {
  return static_cast<double>(config.dim) *
         std::log(static_cast<double>(config.original_positions) /
                  (rotations * kTwoPi)) /
         (2 * std::log(config.theta));
}

// Peng et al., YaRN: pairs below the ramp keep their frequency, those above
// are stretched.
std::vector<float> Yarn(const RotaryConfig& config,
                        std::vector<float> frequencies) {
  double low = YarnPair(config, config.beta_fast);
  double high = YarnPair(config, config.beta_slow);
  if (config.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(config.dim - 1));
  if (low == high) high += 0.001;
  for (size_t i = 0; i < frequencies.size(); ++i) {
    const double ramp =
        std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    frequencies[i] = static_cast<float>(frequencies[i] / config.factor * ramp +
                                        frequencies[i] * (1 - ramp));
  }
  return frequencies;
}

std::vector<float> Divided(std::vector<float> frequencies,
                           const std::vector<double>& factors) {
  for (size_t i = 0; i < frequencies.size(); ++i) {
    frequencies[i] = static_cast<float>(frequencies[i] / factors[i]);
  }
  return frequencies;
}

}  // namespace

Rotary::Rotary(RotaryConfig config) : config_(std::move(config)) {
  const std::vector<float> plain =
      Inverse(Wavelengths(config_.theta, config_.dim));
  frequencies_ = plain;
  switch (config_.scaling) {
    case RotaryConfig::kNone:
    case RotaryConfig::kDynamic:
      break;
    case RotaryConfig::kLinear:
      for (float& f : frequencies_) {
        f = static_cast<float>(f / config_.factor);
      }
      break;
    case RotaryConfig::kLlama3:
      frequencies_ = Llama3(config_, plain);
      break;
    case RotaryConfig::kYarn:
      frequencies_ = Yarn(config_, plain);
      break;
    case RotaryConfig::kLongRope:
      frequencies_ = Divided(plain, config_.short_factors);
      long_frequencies_ = Divided(plain, config_.long_factors);
      break;
  }
}

int64_t Rotary::AngleClass(int64_t length) const {
  if (length <= config_.original_positions) return 0;
  if (config_.scaling == RotaryConfig::kLongRope) return 1;
  return config_.scaling == RotaryConfig::kDynamic ? length : 0;
}

const std::vector<float>& Rotary::Frequencies(int64_t length,
                                              std::vector<float>* own) const {
  if (length <= config_.original_positions) return frequencies_;
  if (config_.scaling == RotaryConfig::kLongRope) return long_frequencies_;
  if (config_.scaling != RotaryConfig::kDynamic) return frequencies_;
  const double dim = static_cast<double>(config_.dim);
  const double growth = config_.factor * static_cast<double>(length) /
                            static_cast<double>(config_.original_positions) -
                        (config_.factor - 1);
  *own = Inverse(Wavelengths(config_.theta * std::pow(growth, dim / (dim - 2)),
                             config_.dim));
  return *own;
}

void Rotary::Turn(int64_t position, int64_t length, float* cosine,
                  float* sine) const {
  std::vector<float> own;
  const std::vector<float>& frequencies = Frequencies(length, &own);
  for (size_t i = 0; i < frequencies.size(); ++i) {
    // The angle is a float32 product, as everywhere; its cosine is not.
    const double angle = static_cast<float>(position) * frequencies[i];
    cosine[i] = static_cast<float>(std::cos(angle) * config_.amplitude);
    sine[i] = static_cast<float>(std::sin(angle) * config_.amplitude);
  }
}

}  // namespace sn37::eval
