// What a competition's constraints ask of a model's weights: how many they are,
// whether all are numbers, and how large its projections are.
#ifndef EVAL_WEIGHTS_WEIGHT_FACTS_H_
#define EVAL_WEIGHTS_WEIGHT_FACTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"

namespace sn37::eval {

// The projections of a decoder layer whose norms are measured. A tensor that
// holds several of them is split first, as its model does it.
enum class Projection { kQuery, kKey, kValue, kOutput, kUp, kDown };

struct ProjectionNorm {
  Projection projection;
  int64_t layer;
  // The Frobenius norm of the matrix as the subnet loads it: elements rounded
  // to bfloat16; their squares summed in double, each row in a fixed order and
  // then the rows in theirs, so that the number of threads changes no bit; the
  // root rounded to bfloat16, as a bfloat16 tensor's norm is. May be +inf.
  double norm;
};

struct WeightFacts {
  // Elements of all floating tensors. An output head that is tied to the
  // embedding counts once even if the file holds it twice, and tables that
  // follow from the config (rotary frequencies) do not count.
  int64_t parameters = 0;
  // Rows of the embedding.
  int64_t vocabulary = 0;
  // Of every layer, in the order of layers; empty for an architecture that is
  // not in the table of weight_facts.cc.
  std::vector<ProjectionNorm> norms;
};

// Measures the weights of a model with this config, on `threads` ≥ 1 threads.
// Reads each byte once. kInvalidArgument, naming folder and tensor: a weight
// that is NaN or infinite (as bfloat16), or a tensor that is missing or does
// not have the shape that the config says; kUnavailable: see CheckUnchanged.
absl::StatusOr<WeightFacts> MeasureWeights(const SafeTensors& weights,
                                           const ModelConfig& config,
                                           int threads);

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_WEIGHT_FACTS_H_
