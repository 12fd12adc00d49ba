#include "sn37/competition/epsilon.h"

#include <algorithm>

namespace sn37 {

double EpsilonAt(const Epsilon& epsilon, int64_t current, int64_t model_block) {
  if (epsilon.kind_case() == Epsilon::kFixed) return epsilon.fixed();
  const LinearDecay& decay = epsilon.linear_decay();
  const double age = std::max(current, model_block) - model_block;
  const double share = std::min(age / decay.blocks(), 1.0);
  return decay.start() - share * (decay.start() - decay.end());
}

}  // namespace sn37
