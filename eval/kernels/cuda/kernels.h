// What the GPU computes, as a table of functions on device memory.
//
// Three tables: the one that nvcc compiles (compiled_kernels.h), none in a
// program that was built without CUDA (linked_kernels.h), and one that plays
// the same kernels on the CPU, thread by thread, for tests
// (emulated_kernels.h). cuda_ops.h makes the decoder's operations of them.
//
// Everything here is on raw pointers. The design that was not chosen is to
// compile against libtorch's CUDA headers: the kernels would then need
// libtorch_cuda.so and all that it needs to be linked, and a program without
// them would not start. So libtorch only holds the memory, and a program is
// the same with and without a GPU.
//
// The rule that every kernel keeps: the bits of an output element depend on
// that element's inputs alone. A product adds its terms in the order of the
// inner dimension with one fused multiply-add each, or as the matrix units do
// (warp.h); a sum along a row runs in 256 lanes, added as a tree; attention
// goes over steps of 32 or 64 keys, as its type and the head's width have it,
// from position 0 on. No atomic additions, and nothing is split by how much
// work there is.
//
// All functions start work on the default stream and return at once; the
// result is a CUDA error code, 0 for none, kNoMemory where memory is what is
// missing. Rows are float32 unless said otherwise, contiguous where no stride
// is given; strides count elements.
#ifndef EVAL_KERNELS_CUDA_KERNELS_H_
#define EVAL_KERNELS_CUDA_KERNELS_H_

#include <cstdint>

#include "eval/kernels/activation.h"

namespace sn37::eval {

inline constexpr int kNoMemory = 2;  // cudaErrorMemoryAllocation

// Positions of a cache block, and rows of a tile of attention.
inline constexpr int kCudaBlock = 64;

// Numbers in float32, or in bfloat16 bits.
struct Elements {
  const void* data = nullptr;
  bool bfloat16 = false;
};

struct EmbedArgs {
  Elements table;                // (≥ all ids, columns)
  const int32_t* ids = nullptr;  // (rows)
  int64_t rows = 0;
  int64_t columns = 0;
  float scale = 1;
  bool add = false;      // out += instead of =
  float* out = nullptr;  // (rows, columns)
};

// Over each of `groups` parts of a row, `columns` wide, one after the other.
struct NormArgs {
  const float* x = nullptr;
  int64_t stride = 0;  // of x and out
  int64_t rows = 0;
  int64_t groups = 1;
  int64_t columns = 0;
  bool layer = false;             // layer norm; else root mean square
  const float* weight = nullptr;  // (columns)
  const float* bias = nullptr;    // (columns) or null
  float offset = 0;               // added to the weight
  float epsilon = 0;
  float* out = nullptr;  // may be x
};

// To bfloat16, nearest even; rows from `rows` to `padded_rows` become zero.
struct RoundArgs {
  const float* x = nullptr;
  int64_t rows = 0;
  int64_t padded_rows = 0;
  int64_t columns = 0;
  void* out = nullptr;  // (padded_rows, columns) bfloat16
};

// y = x · wᵀ, the plain version: float32, and what cuBLASLt does not do.
struct ProductArgs {
  Elements x;  // (rows, inputs), of the same type as w
  Elements w;  // (outputs, inputs)
  int64_t rows = 0;
  int64_t outputs = 0;
  int64_t inputs = 0;
  float* y = nullptr;  // (rows, outputs)
};

// What follows a product: out = activation(y + bias), then · (second +
// second_bias), then + out; the last two if asked for.
struct FinishArgs {
  const float* y = nullptr;            // (rows, columns)
  const float* second = nullptr;       // likewise, or null
  const float* bias = nullptr;         // (columns) or null
  const float* second_bias = nullptr;  // (columns) or null
  Activation activation = Activation::kIdentity;
  bool add_to_out = false;
  int64_t rows = 0;
  int64_t columns = 0;
  float* out = nullptr;  // (rows, columns)
};

// out[i] = x[ids[i]].
struct GatherArgs {
  const float* x = nullptr;
  const int32_t* ids = nullptr;  // (rows)
  int64_t rows = 0;
  int64_t columns = 0;
  float* out = nullptr;
};

struct AddArgs {
  const float* x = nullptr;
  int64_t count = 0;
  float* out = nullptr;  // += x
};

// Pairs (i, i + pairs) of each head, turned by the row's angles.
struct RotateArgs {
  float* x = nullptr;  // the first head of the first row
  int64_t stride = 0;
  int64_t rows = 0;
  int64_t heads = 0;
  int64_t head_dim = 0;
  int64_t pairs = 0;
  const float* cosine = nullptr;  // (rows, pairs)
  const float* sine = nullptr;    // (rows, pairs)
};

// Keys and values into the cache: both (blocks, kv_heads, 64, head_dim).
struct StoreArgs {
  const float* keys = nullptr;  // of the first row; its values follow them
  int64_t stride = 0;
  const int32_t* slots = nullptr;  // (rows): 64 · block + place; -1: none
  int64_t rows = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  bool bfloat16 = false;  // the cache's type
  void* key_cache = nullptr;
  void* value_cache = nullptr;
};

// Up to 64 rows of attention: of one segment's (position, head) pairs, the
// heads of one key-value head counting fastest, those from `first` on.
struct AttendTile {
  int32_t row;       // the segment's first
  int32_t rows;      // of the segment
  int32_t position;  // of its first row
  int32_t blocks;    // where its block numbers begin in AttendArgs::blocks
  int32_t first;
};

struct AttendArgs {
  const float* q = nullptr;  // (…, heads · head_dim)
  int64_t q_stride = 0;
  Elements keys, values;  // the cache
  const AttendTile* tiles = nullptr;
  int64_t tile_count = 0;
  const int32_t* blocks = nullptr;  // block numbers, position by position
  int64_t kv_heads = 0;
  int64_t group = 0;  // heads per key-value head
  int64_t head_dim = 0;
  int64_t window = 0;  // keys seen, own included; 0: all
  float scale = 1;
  float soft_cap = 0;
  const float* key_bias = nullptr;  // (heads, key_bias_stride) or null
  int64_t key_bias_stride = 0;
  float* out = nullptr;  // like q
  int64_t out_stride = 0;
};

// What is known of a row's logits so far.
struct LogitFold {
  float largest;   // after penalties
  float sum;       // Σ exp(logit − largest), when scoring
  float target;    // the target's logit, when scoring
  int32_t best;    // the lowest id of the largest; -1 for none
  int32_t insane;  // whether a logit was NaN or +inf
};

// Folds the logits of ids first_id … first_id + ids - 1 into each row's fold.
struct FoldArgs {
  float* logits = nullptr;  // (rows, ids) as products; changed
  int64_t rows = 0;
  int64_t ids = 0;
  int64_t first_id = 0;
  const float* bias = nullptr;  // (ids) or null
  float soft_cap = 0;
  const int32_t* targets = nullptr;  // (rows) scoring; null when picking
  // Picking: where each row's words begin in `words`, 64 ids each, or -1.
  const int64_t* seen = nullptr;
  const int64_t* banned = nullptr;
  const float* penalties = nullptr;  // (rows)
  const int64_t* words = nullptr;
  LogitFold* folds = nullptr;  // (rows)
};

struct GpuDescription {
  char name[64] = "";
  int major = 0;  // compute capability
  int minor = 0;
  int multiprocessors = 0;
};

struct CudaKernels {
  // The first GPU that the process sees. Takes none of its memory, as every
  // other function does from the first call on, until the process ends.
  int (*describe)(GpuDescription*);
  int (*free_bytes)(int64_t*);
  const char* (*error_text)(int);

  // Copies from the host's memory, which it has read when it returns. Waits for
  // what runs on the device only as far as the copy before the last one.
  int (*upload)(const void* host, int64_t bytes, void* device);
  int (*embed)(const EmbedArgs&);
  int (*norm)(const NormArgs&);
  int (*round)(const RoundArgs&);
  int (*product)(const ProductArgs&);
  int (*finish)(const FinishArgs&);
  int (*gather)(const GatherArgs&);
  int (*add)(const AddArgs&);
  int (*rotate)(const RotateArgs&);
  int (*store)(const StoreArgs&);
  int (*attend)(const AttendArgs&);
  int (*start_folds)(LogitFold* folds, int64_t rows);
  int (*fold)(const FoldArgs&);
};

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_KERNELS_H_
