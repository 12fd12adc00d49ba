// Who wins a competition in one epoch. Lower scores are better; an infinite or
// NaN score is a failure, which never wins and loses to every real score.
#ifndef SN37_COMPETITION_WINS_H_
#define SN37_COMPETITION_WINS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// A model with its score in this epoch. A commitment without a known block is
// later than every other: INT64_MAX.
struct Contender {
  double score = 0;
  int64_t block = 0;  // of the commitment
};

// Whether `score` is a real one.
bool IsScored(double score);

// Whether `a` beats `b` at block `current`: its score is strictly lower after
// the earlier of the two has been multiplied by 1 − ε(current, its block).
// Equal blocks give nobody an advantage.
bool Beats(const Contender& a, const Contender& b, const Epsilon& epsilon,
           int64_t current);

struct Standing {
  int wins = 0;            // over all the others
  double win_rate = 0;     // wins / (contenders − 1); 0 when alone
  double step_weight = 0;  // 1 for every best one that has a real score, else 0
};

struct Standings {
  std::vector<Standing> models;  // as the contenders
  // The first contender of the best win rate; absent when all failed.
  std::optional<size_t> top;
};

// The standings of a field at block `current`. A field without a real score has
// no top and gives no weight.
Standings Rank(absl::Span<const Contender> field, const Epsilon& epsilon,
               int64_t current);

}  // namespace sn37

#endif  // SN37_COMPETITION_WINS_H_
