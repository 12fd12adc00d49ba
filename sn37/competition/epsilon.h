// The advantage of the model that was committed first.
#ifndef SN37_COMPETITION_EPSILON_H_
#define SN37_COMPETITION_EPSILON_H_

#include <cstdint>

#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// The share by which a later model must beat one committed at `model_block`, at
// block `current`. Linear decay:
//   start − min(max(current − model_block, 0) / blocks, 1) · (start − end)
// in double, in this order of operations. REQUIRES: `epsilon` of a checked
// schedule.
double EpsilonAt(const Epsilon& epsilon, int64_t current, int64_t model_block);

}  // namespace sn37

#endif  // SN37_COMPETITION_EPSILON_H_
