// Which neurons matter: the validators that are listened to, the miners that
// they hold to be best, and the best miner of a competition.
#ifndef SN37_COMPETITION_MINERS_H_
#define SN37_COMPETITION_MINERS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/types/span.h"

namespace sn37 {

// What the chain says of one slot of the subnet.
struct NeuronFacts {
  uint16_t uid = 0;
  double stake = 0;
  bool validator_permit = false;
  double incentive = 0;
  std::map<uint16_t, double> weights = {};  // the ones it set, by miner's uid
  // Of the model that its hotkey committed; absent for none.
  std::optional<int64_t> competition = std::nullopt;
};

// Stake from which a validator's weights count for TopMiners.
inline constexpr double kTopMinerValidatorStake = 100000;

// The uids with a validator permit and a stake of at least `min_stake`.
std::set<uint16_t> StakedValidators(absl::Span<const NeuronFacts> neurons,
                                    double min_stake);

// The uids that hold at least `min_share` of the sum of weights of some
// validator of StakedValidators(neurons, min_stake).
std::set<uint16_t> TopMiners(absl::Span<const NeuronFacts> neurons,
                             double min_stake = kTopMinerValidatorStake,
                             double min_share = 0.01);

// Of the five highest incentives (of equal ones the higher uid first), the
// first uid whose model is in `competition`; absent when none is.
std::optional<uint16_t> BestMiner(absl::Span<const NeuronFacts> neurons,
                                  int64_t competition);

}  // namespace sn37

#endif  // SN37_COMPETITION_MINERS_H_
