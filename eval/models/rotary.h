// Rotary position embedding: which angles turn the pairs of a query or key.
//
// Pair i of d / 2 (d = rotated columns of a head) turns by p · f_i at position
// p, f_i = theta^(-2 i / d) before scaling (Su et al., RoFormer; scalings as in
// Hugging Face's modeling_rope_utils). Angles are functions of the request
// alone: nothing is remembered from one request to the next.
#ifndef EVAL_MODELS_ROTARY_H_
#define EVAL_MODELS_ROTARY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace sn37::eval {

struct RotaryConfig {
  enum Scaling { kNone, kLinear, kDynamic, kLlama3, kYarn, kLongRope };

  int64_t dim = 0;  // rotated columns of a head, even; 0: no rotation
  double theta = 10000;
  Scaling scaling = kNone;
  double factor = 1;
  // kLlama3, kYarn, kLongRope: the length that the model was trained at first.
  // kDynamic: the length from which theta grows.
  int64_t original_positions = 0;
  double low_frequency_factor = 1;    // kLlama3
  double high_frequency_factor = 4;   // kLlama3
  double beta_fast = 32;              // kYarn
  double beta_slow = 1;               // kYarn
  bool truncate = true;               // kYarn: whole-numbered ramp ends
  std::vector<double> short_factors;  // kLongRope, (dim / 2)
  std::vector<double> long_factors;   // kLongRope, (dim / 2)
  // Cosine and sine are multiplied by it.
  double amplitude = 1;
};

// Angles for rows of a batch; see Turn.
class Rotary {
 public:
  explicit Rotary(RotaryConfig config);

  // Pairs per head.
  int64_t pairs() const { return config_.dim / 2; }

  // Writes cos and sin of the angles of `position` in a text that is `length`
  // tokens long when this position is computed: the whole text when scoring,
  // the prompt for its positions, position + 1 for generated ones. `length`
  // matters for kDynamic and kLongRope only.
  // cosine, sine: pairs() floats each.
  void Turn(int64_t position, int64_t length, float* cosine, float* sine) const;

  // Texts whose lengths are of one class turn the same positions by the same
  // angles.
  int64_t AngleClass(int64_t length) const;

  // Whether all positions' angles change when a text grows from `length` to
  // length + 1 tokens, so that cached keys are void.
  bool ChangesAfter(int64_t length) const {
    return config_.scaling == RotaryConfig::kLongRope &&
           length == config_.original_positions;
  }

 private:
  // The pairs' frequencies in a text of `length` tokens.
  const std::vector<float>& Frequencies(int64_t length,
                                        std::vector<float>* own) const;

  RotaryConfig config_;
  std::vector<float> frequencies_;       // for any length, or the short ones
  std::vector<float> long_frequencies_;  // kLongRope
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_ROTARY_H_
