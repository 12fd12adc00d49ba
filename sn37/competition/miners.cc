#include "sn37/competition/miners.h"

#include <algorithm>

namespace sn37 {

std::set<uint16_t> StakedValidators(absl::Span<const NeuronFacts> neurons,
                                    double min_stake) {
  std::set<uint16_t> uids;
  for (const NeuronFacts& neuron : neurons) {
    if (neuron.validator_permit && neuron.stake >= min_stake) {
      uids.insert(neuron.uid);
    }
  }
  return uids;
}

std::set<uint16_t> TopMiners(absl::Span<const NeuronFacts> neurons,
                             double min_stake, double min_share) {
  const std::set<uint16_t> validators = StakedValidators(neurons, min_stake);
  std::set<uint16_t> miners;
  for (const NeuronFacts& neuron : neurons) {
    if (validators.count(neuron.uid) == 0) continue;
    double sum = 0;
    for (const auto& [uid, weight] : neuron.weights) sum += weight;
    for (const auto& [uid, weight] : neuron.weights) {
      if (weight > 0 && weight / sum >= min_share) miners.insert(uid);
    }
  }
  return miners;
}

std::optional<uint16_t> BestMiner(absl::Span<const NeuronFacts> neurons,
                                  int64_t competition) {
  constexpr size_t kConsidered = 5;
  std::vector<const NeuronFacts*> best;
  for (const NeuronFacts& neuron : neurons) best.push_back(&neuron);
  std::sort(best.begin(), best.end(),
            [](const NeuronFacts* a, const NeuronFacts* b) {
              return a->incentive != b->incentive ? a->incentive > b->incentive
                                                  : a->uid > b->uid;
            });
  best.resize(std::min(best.size(), kConsidered));
  for (const NeuronFacts* neuron : best) {
    if (neuron->competition == competition) return neuron->uid;
  }
  return std::nullopt;
}

}  // namespace sn37
