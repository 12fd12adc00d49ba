// The CPU's inner loops, as a table of functions per instruction set.
//
// Everything here works on one thread and on raw pointers; cpu_ops.h cuts the
// work into tasks for these and spreads them over threads. The rule that every
// function keeps: the bits of an output element depend on that element's
// inputs alone, never on how many rows, columns or tasks are computed with it,
// nor on where in a vector it falls. Products add up one term after the other,
// in the order of the inner dimension, each with one fused multiply-add; sums
// along a row run in sixteen lanes that are added in a fixed order, with the
// row's tail padded by zeros.
//
// The functions of all tables give the same bits, but for products with pairs
// (Layout::kBFloat16Pairs). Those take rows rounded to bfloat16 (pair_row), two
// terms a step, the second first; denormal numbers count as zero.
#ifndef EVAL_KERNELS_CPU_KERNELS_H_
#define EVAL_KERNELS_CPU_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "eval/kernels/activation.h"

namespace sn37::eval {

// Matrices are packed in panels of 64 outputs: panel[k][j], j < 64, is the
// weight of input k for output 64 p + j, zero beyond the last output.
inline constexpr size_t kPanelWidth = 64;

// How the numbers of a panel lie.
enum class Layout {
  // panel[k][j] in order.
  kFloat32,
  // Likewise, with the two halves of each 32 outputs interleaved, so that one
  // 32-bit word widens into two neighbouring vectors.
  kBFloat16,
  // Inputs 2 i and 2 i + 1 of an output beside each other, as one 32-bit word:
  // what an instruction takes at once. An odd depth ends with zeros.
  kBFloat16Pairs,
};

// Inputs that a panel has room for.
[[gnu::always_inline]] constexpr size_t PaddedDepth(Layout layout,
                                                    size_t depth) {
  return layout == Layout::kBFloat16Pairs ? depth + depth % 2 : depth;
}

// Where the weight of input k for output j lies in its panel, in elements.
constexpr size_t PanelOffset(Layout layout, size_t k, size_t j) {
  if (layout == Layout::kFloat32) return k * kPanelWidth + j;
  if (layout == Layout::kBFloat16Pairs) {
    return k / 2 * 2 * kPanelWidth + 2 * j + k % 2;
  }
  const size_t group = j & ~size_t{31}, lane = j & 31;
  return k * kPanelWidth + group + (lane < 16 ? 2 * lane : 2 * (lane - 16) + 1);
}

// Packed numbers.
struct Packed {
  const void* data = nullptr;
  Layout layout = Layout::kFloat32;
  // As many of the kind that the same thread will probably want next, to be
  // brought near meanwhile; or null.
  const void* next = nullptr;
};

// Rows that go into a product, in 32-bit words: numbers, or for panels of pairs
// what CpuKernels::pair_row makes of them.
struct Rows {
  const void* data = nullptr;
  size_t stride = 0;  // words between rows
};

// Words of a row of so many numbers in pairs: whole vectors.
[[gnu::always_inline]] constexpr size_t PairWords(size_t depth) {
  return (depth + 15) / 16 * 8;
}

// One task of a linear layer: all of `rows` rows for the outputs of one panel.
//   y = x · panelᵀ + bias
//   out = activation(y)            normally
//   out = activation(y) · y2       with a second panel (gated MLP)
//   out = out + y                  with add_to_out (residual)
struct LinearTask {
  Rows x;           // (rows, depth)
  size_t rows = 0;  // at most kMaxTaskRows
  size_t depth = 0;
  Packed panel;                        // (depth, 64)
  Packed second_panel;                 // (depth, 64) or no data
  const float* bias = nullptr;         // (columns) or null
  const float* second_bias = nullptr;  // (columns) or null
  Activation activation = Activation::kIdentity;
  bool add_to_out = false;
  float* out = nullptr;  // (rows, columns), out_stride floats between rows
  size_t out_stride = 0;
  size_t columns = kPanelWidth;  // outputs that exist, 1 to 64
};

// Rows per task: their partial sums stay in the second-level cache.
inline constexpr size_t kMaxTaskRows = 192;
// Inputs widened at a time: 384 · 64 floats are 96 KiB of the same cache.
inline constexpr size_t kDepthBlock = 384;

// Attention of the query heads that share one key-value head, for some
// successive positions of one sequence. Keys and values lie in blocks of 64
// positions, block b holding positions 64 b to 64 b + 63 whatever the query:
//   keys    (head_dim, 64) as a panel: the positions are the outputs
//   values  (64, padded_dim) as padded_dim / 64 panels of (64, 64)
// A row's softmax runs over its blocks in order, rescaled after each; blocks
// that a row cannot see are skipped for that row.
struct AttendTask {
  const float* q = nullptr;  // first row, first head; head g at + g · head_dim
  size_t q_stride = 0;       // floats between positions
  size_t positions = 0;
  size_t first_position = 0;
  size_t heads = 0;  // query heads per key-value head
  size_t head_dim = 0;
  size_t window = 0;      // keys seen, own included; 0: all
  float scale = 1.0f;     // of q · k
  float soft_cap = 0.0f;  // cap · tanh(s / cap); 0: none
  // Added to scores by the key's position (alibi): (heads, key_bias_stride),
  // as long as all blocks, or null.
  const float* key_bias = nullptr;
  size_t key_bias_stride = 0;
  Layout layout = Layout::kFloat32;           // of keys and values; no pairs
  const void* const* key_blocks = nullptr;    // by block number
  const void* const* value_blocks = nullptr;  // by block number
  float* out = nullptr;                       // like q
  size_t out_stride = 0;
};
// positions · heads of one task.
inline constexpr size_t kMaxAttendRows = 96;

// Part of the head: some rows against some panels of the vocabulary.
struct HeadTask {
  Rows x;           // (rows, depth)
  size_t rows = 0;  // at most kMaxTaskRows
  size_t depth = 0;
  Packed panels;                // of the first panel; the next ones follow
  size_t first_id = 0;          // the first panel's first id, a multiple of 64
  size_t ids = 0;               // in this task; the vocabulary ends with them
                                // or they are a multiple of 64
  const float* bias = nullptr;  // (ids) or null
  float soft_cap = 0.0f;
  // Scoring: the wanted id of each row; its logit goes to target_logit[row]
  // by the task that has it. Null when picking.
  const int32_t* targets = nullptr;
  float* target_logit = nullptr;
  // Picking: per row, 64 ids per word, bit j of word p for id 64 p + j. Seen
  // ids are penalised, banned ones cannot win. Each may be null, or null per
  // row.
  const uint64_t* const* seen = nullptr;
  const uint64_t* const* banned = nullptr;
  const float* penalty = nullptr;  // (rows), with seen
  // Results per row over this task's ids: the largest logit (after penalties)
  // and its lowest id; Σ exp(logit − largest), when scoring; whether all
  // logits were finite numbers or -inf.
  struct Fold {
    float largest;
    float sum;
    int32_t best;
    bool sane;
  };
  Fold* folds = nullptr;  // (rows)
};

struct CpuKernels {
  const char* name;  // "avx512bf16", "avx512", "avx2"
  // How the weights of runs in bfloat16 are packed.
  Layout bfloat16;

  // Scratch floats that a linear, head or attend task needs: two products, and
  // the block of a panel widened.
  size_t (*attend_scratch)(const AttendTask&);
  static constexpr size_t kLinearScratch =
      2 * kMaxTaskRows * kPanelWidth + kDepthBlock * kPanelWidth;

  // n floats rounded to bfloat16, to PairWords(n) words that end with zeros;
  // null where no products are with pairs.
  void (*pair_row)(const float* x, size_t n, void* out);

  // scratch: at least kLinearScratch floats.
  void (*linear)(const LinearTask&, float* scratch);
  void (*head)(const HeadTask&, float* scratch);
  void (*attend)(const AttendTask&, float* scratch);

  // out = x / sqrt(mean(x²) + epsilon) · (weight + weight_offset), n floats.
  void (*rms_norm)(const float* x, size_t n, const float* weight,
                   float weight_offset, float epsilon, float* out);
  // out = (x − mean) / sqrt(variance + epsilon) · weight + bias; bias may be
  // null.
  void (*layer_norm)(const float* x, size_t n, const float* weight,
                     const float* bias, float epsilon, float* out);
  // Rotates n pairs (x[i], x[i + n]) by the angles in cosine[i], sine[i].
  void (*rotate)(float* x, size_t n, const float* cosine, const float* sine);
};

// The tables; only for processors that have the instructions.
const CpuKernels* Avx512Bf16Kernels();
const CpuKernels* Avx512Kernels();
const CpuKernels* Avx2Kernels();

// The best of them for this processor; null when it has not even AVX2.
const CpuKernels* BestKernels();

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_KERNELS_H_
