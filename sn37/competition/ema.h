// What a subnet remembers of its winners: a moving average per competition, and
// the subnet's weights that come from all of them. Everything is keyed by
// hotkey, never by uid, so that weight does not pass to a slot's next owner.
// Arithmetic in float32, in the order of the hotkeys.
#ifndef SN37_COMPETITION_EMA_H_
#define SN37_COMPETITION_EMA_H_

#include <cstdint>
#include <map>
#include <string>

#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// SS58 hotkey to a weight ≥ 0; a hotkey that is not there has 0.
using HotkeyWeights = std::map<std::string, float>;

// Competition id to its average, whose weights sum to 1.
using Averages = std::map<uint32_t, HotkeyWeights>;

// `weights` scaled to a sum of 1. A sum that is zero or not finite gives no
// weight to anybody: an empty map.
HotkeyWeights Normalized(const HotkeyWeights& weights);

// The average after an epoch with these step weights: alpha · old +
// (1 − alpha) · normalised step, normalised; the normalised step alone where
// there is no average yet. A step without weight (everybody failed) leaves the
// average as it is.
HotkeyWeights UpdatedAverage(const HotkeyWeights& average,
                             const HotkeyWeights& step, double alpha);

// The averages that are still somebody's: of competitions in `entry`, and of
// hotkeys in `registered_at` (the block of their registration) that were
// registered at or before `last_epoch`, the sync block of the last update. A
// hotkey that left and came back begins anew.
Averages Purged(const Averages& averages, const ScheduleEntry& entry,
                const std::map<std::string, int64_t>& registered_at,
                int64_t last_epoch);

// The subnet's weights, summing to 1: over the competitions of `entry` that
// have an average, its weights below `min_weight` set to zero, normalised,
// times the competition's reward; then normalised, so that a competition
// without any weight leaves its share to the others. Empty when nobody has
// weight.
HotkeyWeights SubnetWeights(const Averages& averages,
                            const ScheduleEntry& entry, double min_weight);

}  // namespace sn37

#endif  // SN37_COMPETITION_EMA_H_
