// Which models of a competition stay for the next epoch without being new.
#ifndef SN37_COMPETITION_KEEP_H_
#define SN37_COMPETITION_KEEP_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"

namespace sn37 {

struct KeepCandidate {
  double average = 0;   // the model's moving average in the competition
  double win_rate = 0;  // in this epoch
};

// An average from which on it counts.
inline constexpr double kSmallestAverage = 0.001;

// The places in `field` of the `keep` models of highest priority, in ascending
// order. Priority: 1 + average from kSmallestAverage on, else the win
// rate; of equal ones the first goes first.
std::vector<size_t> KeepSet(absl::Span<const KeepCandidate> field, size_t keep);

}  // namespace sn37

#endif  // SN37_COMPETITION_KEEP_H_
