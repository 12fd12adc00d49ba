// When a model that was dropped is evaluated again.
#ifndef SN37_COMPETITION_RETRY_H_
#define SN37_COMPETITION_RETRY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// What one epoch said of a model, kept by hotkey and competition.
struct Evaluation {
  int64_t block = 0;         // sync block of the epoch
  double score = 0;          // infinite or NaN: it failed
  int64_t winner_block = 0;  // the commitment of that epoch's first model
  double winner_score = 0;   // and its score

  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

// Evaluations kept per hotkey and competition.
inline constexpr size_t kMaxHistory = 3;

// `history` with `evaluation` added, in ascending order of block, the oldest
// beyond kMaxHistory left out.
std::vector<Evaluation> WithEvaluation(std::vector<Evaluation> history,
                                       const Evaluation& evaluation);

// Whether a model with this history may win at block `current`: it was never
// evaluated; or its last real score, no worse than its winner's, lies below the
// winner's times 1 − ε(current, winner's block); or it only failed, and that
// less than twice. REQUIRES: `history` ascending by block.
bool ShouldRetry(absl::Span<const Evaluation> history, const Epsilon& epsilon,
                 int64_t current);

}  // namespace sn37

#endif  // SN37_COMPETITION_RETRY_H_
