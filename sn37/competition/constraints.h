// Whether a model may enter a competition: measured values against limits. The
// measuring is done elsewhere (files, tensors); this sees numbers only.
#ifndef SN37_COMPETITION_CONSTRAINTS_H_
#define SN37_COMPETITION_CONSTRAINTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "sn37/competition/schedule.pb.h"

namespace sn37 {

// The projections of a decoder layer whose norms are limited; of a fused tensor
// its parts after splitting.
enum class Projection { kQuery, kKey, kValue, kOutput, kUp, kDown };

// "query", "key", "value", "output", "up" or "down".
std::string ProjectionName(Projection projection);

struct ProjectionNorm {
  Projection projection = Projection::kQuery;
  int layer = 0;
  // Frobenius norm of the bf16 tensor, itself rounded to bf16, as the subnet's
  // other validators measure it.
  double norm = 0;
};

// What was measured of a model.
struct ModelFacts {
  std::string architecture;      // class name as config.json says: outside text
  int64_t parameters = 0;        // tied tensors counted once
  int64_t bytes = 0;             // of all its files
  int64_t positions = 0;         // tokens it can take; 0: no limit of its own
  int64_t vocabulary = 0;        // rows of its embedding
  int64_t tokenizer_tokens = 0;  // highest token id + 1; 0: no tokenizer
  std::vector<ProjectionNorm> norms;  // of every layer
};

// One constraint as it came out, for a table or a JSON line.
struct ConstraintResult {
  std::string name;      // snake_case, fixed
  std::string measured;  // harmless text
  std::string limit;
  bool passed = false;
};

// Every constraint of the competition, in a fixed order, passed or not:
//   architecture  is one of the allowed, exactly
//   parameters    within [min, max]
//   bytes         ≤ max_bytes
//   positions     ≥ sequence_length, or without limit
//   tokenizer     present
//   vocabulary    ≥ the tokenizer's tokens
// and, where norms are limited (all fail where nothing was measured):
//   norms_finite  every norm is a finite number
//   norms_hard    the greatest norm ≤ hard
//   norms_soft    the share of norms > soft, averaged over the kinds of
//                 projection, ≤ soft_share
std::vector<ConstraintResult> CheckModel(const ModelFacts& facts,
                                         const Constraints& constraints);

bool AllPassed(absl::Span<const ConstraintResult> results);

// The failed ones in one line, "parameters: 300000000, allowed at most …; …";
// empty when all passed.
std::string Failures(absl::Span<const ConstraintResult> results);

}  // namespace sn37

#endif  // SN37_COMPETITION_CONSTRAINTS_H_
