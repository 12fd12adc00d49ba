// The operations that the decoder is written in. A device implements this set
// and nothing else.
//
// Tensors: activations are float32, contiguous, (rows, columns), a row per
// token; views of leading rows are fine. Weights are Matrix and vectors of
// float32, made by the device from tensors as they are stored.
//
// Duties of every implementation:
// 1. One answer: a row's result has the same bits whatever other rows are
//    computed with it, however they are ordered, and with any number of
//    threads. Attention over a cache equals attention over the same tokens
//    computed at once.
// 2. Sums are float32 or wider; softmax and log-sum-exp are float32.
// 3. NaN and infinities go through to the result; they never end the program.
//    Those of keys and values go to the rows that see them and to no others,
//    whatever a block of the cache holds beside.
// 4. Shapes were checked when the model was loaded; operations may trust them.
#ifndef EVAL_KERNELS_OPS_H_
#define EVAL_KERNELS_OPS_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "eval/kernels/activation.h"
#include "eval/models/dtype.h"

namespace sn37::eval {

// A weight matrix (outputs, inputs) for runs in `dtype`, in the device's own
// layout. Cheap to copy; shares its memory.
struct Matrix {
  at::Tensor data;  // of a type that holds the same numbers as `dtype`
  int64_t outputs = 0;
  int64_t inputs = 0;
  DType dtype = DType::kFloat32;
};

// Some rows of a stored two-dimensional tensor.
struct RowSlice {
  at::Tensor tensor;  // (≥ end, inputs); float32, float16 or bfloat16
  int64_t begin = 0;
  int64_t end = 0;
};

struct NormWeights {
  enum Kind { kNone, kRms, kLayer };
  Kind kind = kNone;
  at::Tensor weight;  // (columns) float32
  at::Tensor bias;    // (columns) float32, or undefined
  float offset = 0;   // added to the weight (Gemma's 1)
  float epsilon = 0;
};

// What Linear does with a row's products y = x · wᵀ + bias.
struct LinearOptions {
  at::Tensor bias;  // (outputs) float32, or undefined
  Activation activation = Activation::kIdentity;
  // With a second matrix: out = activation(y) · (x · gated_byᵀ + its bias).
  const Matrix* gated_by = nullptr;
  at::Tensor gated_by_bias;
  bool add_to_out = false;  // out += y (after the above)
};

// Successive positions of one sequence, as rows of a batch.
struct Segment {
  int64_t first_row = 0;
  int64_t rows = 0;
  int64_t first_position = 0;
  // blocks[b] is the cache block of positions 64 b … 64 b + 63; covers all
  // positions up to the segment's last.
  std::vector<int32_t> blocks;
};

// Keys and values of one layer, in blocks of 64 positions.
struct CacheLayer {
  at::Tensor keys;    // the device's own layout
  at::Tensor values;  // likewise
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  DType dtype = DType::kFloat32;
};

struct AttentionOptions {
  int64_t heads = 0;
  float scale = 1;
  float soft_cap = 0;  // 0: none
  int64_t window = 0;  // keys that a query sees, itself included; 0: all
  // Added to scores by the key's position (alibi): (heads, positions rounded up
  // to a multiple of 64) float32, or undefined.
  at::Tensor key_bias;
};

struct HeadOptions {
  at::Tensor bias;     // (vocabulary) float32, or undefined
  float soft_cap = 0;  // 0: none
};

// What is known about the next token after one row.
struct Scored {
  float logprob = 0;        // of the target; NaN or -inf when logits were not
                            // finite
  bool is_largest = false;  // no other id is likelier, none as likely is lower
};

// Restrictions of a pick, 64 ids per word: bit j of word p for id 64 p + j.
struct PickRule {
  const uint64_t* seen = nullptr;    // penalised ids, or null
  const uint64_t* banned = nullptr;  // ids that cannot be picked, or null
  float repetition_penalty = 1;
};

// What a device has for activations, keys and values, beside what is taken
// already.
struct DeviceMemory {
  int64_t total_bytes = 0;
  // Activations of one pass: more make nothing faster.
  int64_t pass_bytes = 0;
};

class Ops {
 public:
  virtual ~Ops() = default;

  virtual std::string device_kind() const = 0;
  virtual DeviceMemory memory() const = 0;

  // ---- Weights and memory ----
  // All tensors that operations take are the device's: made here, or brought by
  // ToDevice from the CPU's memory (the tensor itself where that is the
  // device's).
  virtual at::Tensor ToDevice(const at::Tensor& tensor) = 0;
  // The slices' rows one below the other.
  virtual Matrix Pack(absl::Span<const RowSlice> slices, DType dtype) = 0;
  // Uninitialised float32 (rows, columns).
  virtual at::Tensor NewRows(int64_t rows, int64_t columns) = 0;
  virtual CacheLayer NewCacheLayer(int64_t blocks, int64_t kv_heads,
                                   int64_t head_dim, DType dtype) = 0;

  // ---- The decoder ----
  // out[r] = table[ids[r]] · scale, or out[r] += with `add`.
  virtual void Embed(const Matrix& table, absl::Span<const int32_t> ids,
                     float scale, bool add, const at::Tensor& out) = 0;
  // out may be x.
  virtual void Norm(const at::Tensor& x, const NormWeights& weights,
                    const at::Tensor& out) = 0;
  // The same over each group of `columns` of a row (query-key norms): x is
  // (rows, ≥ first + groups · columns), changed in place.
  virtual void NormGroups(const at::Tensor& x, int64_t first, int64_t groups,
                          const NormWeights& weights) = 0;
  // out must not be x.
  virtual void Linear(const at::Tensor& x, const Matrix& matrix,
                      const LinearOptions& options, const at::Tensor& out) = 0;
  // out[i] = x[rows[i]].
  virtual void Gather(const at::Tensor& x, absl::Span<const int32_t> rows,
                      const at::Tensor& out) = 0;
  // out += x.
  virtual void Add(const at::Tensor& x, const at::Tensor& out) = 0;
  // Rotates the first 2 n columns of each of the heads at column `first` of x:
  // pairs (i, i + n), angles cosine and sine (rows, n).
  virtual void Rotate(const at::Tensor& x, int64_t first, int64_t heads,
                      int64_t head_dim, const at::Tensor& cosine,
                      const at::Tensor& sine) = 0;
  // qkv (rows, (heads + 2 kv_heads) · head_dim): stores keys and values into
  // the cache, then out (rows, heads · head_dim) = attention of each row to
  // its sequence up to itself.
  virtual void Attend(const at::Tensor& qkv, absl::Span<const Segment> segments,
                      const AttentionOptions& options, CacheLayer& cache,
                      const at::Tensor& out) = 0;

  // ---- The head ----
  // One result per row of x; the logits exist only tile by tile.
  virtual std::vector<Scored> Score(const at::Tensor& x,
                                    absl::Span<const int32_t> targets,
                                    const Matrix& head,
                                    const HeadOptions& options) = 0;
  // The id with the largest logit under each row's rule, the lowest of equals;
  // -1 when a logit was NaN or +inf or all were banned.
  virtual std::vector<int32_t> Pick(const at::Tensor& x,
                                    absl::Span<const PickRule> rules,
                                    const Matrix& head,
                                    const HeadOptions& options) = 0;
};

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_OPS_H_
