#include "eval/models/decoder_memory.h"

#include <algorithm>

namespace sn37::eval {
namespace {

// Positions of a block of the cache, and columns of a panel of values.
constexpr int64_t kBlock = 64;

}  // namespace

double PassBytes(const DecoderConfig& c, double rows) {
  // The residual stream, its norm, what a post norm needs; queries, keys,
  // values and what attention gives; angles; and what the last layer gathers
  // if all rows are wanted.
  const double columns =
      (c.post_norms ? 4.0 : 3.0) * static_cast<double>(c.hidden) +
      static_cast<double>(3 * c.heads + 2 * c.kv_heads) *
          static_cast<double>(c.head_dim) +
      static_cast<double>(c.rotary.dim);
  const double inner =
      std::min<double>(rows, kMlpRows) * static_cast<double>(c.intermediate);
  // Rows in bfloat16, where a device multiplies those.
  const double widest =
      static_cast<double>(std::max(c.hidden, c.heads * c.head_dim));
  const double rounded = std::max(rows * widest, inner) / 2;
  return sizeof(float) * (rows * columns + inner + rounded);
}

double TextBytes(const DecoderConfig& c, int64_t tokens) {
  // A block of a key-value head: keys as they are, values in whole panels.
  const int64_t blocks = (tokens + kBlock - 1) / kBlock;
  const int64_t panels = (c.head_dim + kBlock - 1) / kBlock;
  const double cache =
      static_cast<double>(c.layers * c.kv_heads) * static_cast<double>(blocks) *
      static_cast<double>(kBlock * c.head_dim + kBlock * kBlock * panels);
  const double alibi = static_cast<double>(c.alibi_slopes.size()) *
                       static_cast<double>(c.max_positions);
  return PassBytes(c, static_cast<double>(tokens)) +
         sizeof(float) * (cache + alibi);
}

}  // namespace sn37::eval
