#include "sn37/competition/wins.h"

#include <cmath>

#include "sn37/competition/epsilon.h"

namespace sn37 {

bool IsScored(double score) { return std::isfinite(score); }

bool Beats(const Contender& a, const Contender& b, const Epsilon& epsilon,
           int64_t current) {
  if (!IsScored(a.score)) return false;
  if (!IsScored(b.score)) return true;
  double a_score = a.score, b_score = b.score;
  if (a.block < b.block) a_score *= 1 - EpsilonAt(epsilon, current, a.block);
  if (b.block < a.block) b_score *= 1 - EpsilonAt(epsilon, current, b.block);
  return a_score < b_score;
}

Standings Rank(absl::Span<const Contender> field, const Epsilon& epsilon,
               int64_t current) {
  Standings standings;
  standings.models.resize(field.size());
  for (size_t i = 0; i < field.size(); ++i) {
    Standing& standing = standings.models[i];
    for (size_t j = 0; j < field.size(); ++j) {
      if (j != i) standing.wins += Beats(field[i], field[j], epsilon, current);
    }
    if (field.size() > 1) {
      standing.win_rate = double(standing.wins) / (field.size() - 1);
    }
    const bool better =
        !standings.top ||
        standing.win_rate > standings.models[*standings.top].win_rate;
    if (IsScored(field[i].score) && better) standings.top = i;
  }
  for (size_t i = 0; i < field.size(); ++i) {
    const bool best = standings.top && IsScored(field[i].score) &&
                      standings.models[i].win_rate ==
                          standings.models[*standings.top].win_rate;
    standings.models[i].step_weight = best ? 1 : 0;
  }
  return standings;
}

}  // namespace sn37
