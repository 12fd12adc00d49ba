#include "sn37/competition/ema.h"

#include <cmath>
#include <utility>

namespace sn37 {
namespace {

HotkeyWeights Scaled(HotkeyWeights weights, float factor) {
  for (auto& [hotkey, weight] : weights) weight *= factor;
  return weights;
}

void Add(const HotkeyWeights& from, HotkeyWeights& to) {
  for (const auto& [hotkey, weight] : from) to[hotkey] += weight;
}

// Without the weights below `min_weight`.
HotkeyWeights AtLeast(const HotkeyWeights& weights, float min_weight) {
  HotkeyWeights kept;
  for (const auto& [hotkey, weight] : weights) {
    if (weight >= min_weight) kept.emplace(hotkey, weight);
  }
  return kept;
}

}  // namespace

HotkeyWeights Normalized(const HotkeyWeights& weights) {
  float sum = 0;
  for (const auto& [hotkey, weight] : weights) sum += weight;
  if (!(sum > 0) || !std::isfinite(sum)) return {};
  HotkeyWeights normalized;
  for (const auto& [hotkey, weight] : weights) {
    if (weight > 0) normalized.emplace(hotkey, weight / sum);
  }
  return normalized;
}

HotkeyWeights UpdatedAverage(const HotkeyWeights& average,
                             const HotkeyWeights& step, double alpha) {
  const HotkeyWeights normalized = Normalized(step);
  if (normalized.empty()) return average;
  if (average.empty()) return normalized;
  HotkeyWeights updated = Scaled(average, static_cast<float>(alpha));
  Add(Scaled(normalized, static_cast<float>(1 - alpha)), updated);
  return Normalized(updated);
}

Averages Purged(const Averages& averages, const ScheduleEntry& entry,
                const std::map<std::string, int64_t>& registered_at,
                int64_t last_epoch) {
  Averages purged;
  for (const Competition& competition : entry.competitions()) {
    const auto average = averages.find(competition.id());
    if (average == averages.end()) continue;
    HotkeyWeights kept;
    for (const auto& [hotkey, weight] : average->second) {
      const auto registered = registered_at.find(hotkey);
      if (registered != registered_at.end() &&
          registered->second <= last_epoch) {
        kept.emplace(hotkey, weight);
      }
    }
    kept = Normalized(kept);
    if (!kept.empty()) purged.emplace(competition.id(), std::move(kept));
  }
  return purged;
}

HotkeyWeights SubnetWeights(const Averages& averages,
                            const ScheduleEntry& entry, double min_weight) {
  HotkeyWeights total;
  for (const Competition& competition : entry.competitions()) {
    const auto average = averages.find(competition.id());
    if (average == averages.end()) continue;
    const HotkeyWeights kept = Normalized(
        AtLeast(Normalized(average->second), static_cast<float>(min_weight)));
    Add(Scaled(kept, static_cast<float>(competition.reward())), total);
  }
  return Normalized(total);
}

}  // namespace sn37
