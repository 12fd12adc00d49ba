// The description of one decoder: everything in which the supported
// architectures differ, as data. An architecture's file fills it from a
// config.json; decoder.h carries it out.
//
// One layer, for hidden rows x:
//   serial    x += attention(norm1(x));  x += mlp(norm2(x))
//   parallel  x += attention(norm1(x)) + mlp(norm2(x)), norm2 = norm1 when
//             there is no second norm
// with each branch's result normed again before it is added where there are
// post norms. Bart's layers norm the sum instead:
//   x = norm1(x + attention(x));  x = norm2(x + mlp(x))
#ifndef EVAL_MODELS_DECODER_CONFIG_H_
#define EVAL_MODELS_DECODER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eval/kernels/activation.h"
#include "eval/models/rotary.h"

namespace sn37::eval {

struct DecoderConfig {
  // Sizes.
  int64_t vocabulary = 0;
  int64_t hidden = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;  // divides heads
  int64_t head_dim = 0;
  int64_t intermediate = 0;
  int64_t max_positions = 0;

  // Norms.
  bool layer_norm = false;  // else RMS norm
  bool norm_bias = false;   // layer norms have one
  float norm_epsilon = 1e-6f;
  float norm_weight_offset = 0;  // RMS norm times (weight + offset)

  // Embedding and head.
  float embedding_scale = 1;
  bool tied_head = false;  // the head's matrix is the embedding
  bool head_bias = false;
  // Learned positions: row `position + position_offset` of a table is added.
  bool learned_positions = false;
  int64_t position_offset = 0;
  bool embedding_norm = false;  // over the embedded rows
  bool final_norm = true;       // before the head
  float head_soft_cap = 0;      // 0: none

  // Attention.
  RotaryConfig rotary;
  float attention_scale = 1;     // of q · k
  float attention_soft_cap = 0;  // 0: none
  // Keys that a query of layer l sees, its own included: windows[l]; 0: all.
  std::vector<int64_t> windows;
  bool qkv_bias = false;
  bool output_bias = false;
  bool query_key_norm = false;  // over each head, before rotation
  // slope[h] · position of the key is added to head h's scores, as Falcon has
  // it: the product rounded to bfloat16, divided by sqrt(head_dim). Empty:
  // none.
  std::vector<float> alibi_slopes;

  // MLP.
  Activation activation = Activation::kSilu;
  bool gated = true;  // activation(gate) · up, else activation(up)
  bool mlp_bias = false;

  // Residuals.
  bool parallel = false;
  bool second_norm = true;  // parallel layers may share one
  bool post_norms = false;
  bool norm_sums = false;  // Bart's layers
};

// The places of a decoder that hold weights.
enum class Slot {
  kEmbedding,
  kPositions,
  kEmbeddingNorm,
  kFinalNorm,
  kHead,
  // Per layer:
  kNorm1,
  kNorm2,
  kPostAttentionNorm,
  kPostMlpNorm,
  kQ,
  kK,
  kV,
  kO,
  kQNorm,
  kKNorm,
  kGate,
  kUp,
  kDown,
};

// Rows [first, second) of a tensor.
using RowRange = std::pair<int64_t, int64_t>;

// Where an architecture keeps a slot: tensor `name` (without ".weight" or
// ".bias"; "{}" stands for the layer's number) or some of its rows.
struct SlotName {
  Slot slot;
  const char* name;
  // The slot's rows of a fused tensor, in order; null: all of it.
  std::vector<RowRange> (*rows)(const DecoderConfig&) = nullptr;
  // Whether this name holds for such a decoder; null: for all. Of several for
  // a slot the first that holds is taken.
  bool (*when)(const DecoderConfig&) = nullptr;
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_DECODER_CONFIG_H_
