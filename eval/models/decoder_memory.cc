#include "eval/models/decoder_memory.h"

#include <algorithm>

namespace sn37::eval {

double PassBytes(const DecoderConfig& c, double rows) {
  // The residual stream, its norm, what a post norm needs; queries, keys,
  // values and what attention gives; angles; and what the last layer gathers
  // if all rows are wanted.
  const double columns =
      (c.post_norms ? 4.0 : 3.0) * static_cast<double>(c.hidden) +
      static_cast<double>(3 * c.heads + 2 * c.kv_heads) *
          static_cast<double>(c.head_dim) +
      static_cast<double>(c.rotary.dim);
  return sizeof(float) *
         (rows * columns + std::min<double>(rows, kMlpRows) *
                               static_cast<double>(c.intermediate));
}

double TextBytes(const DecoderConfig& c, int64_t tokens) {
  const double rows = static_cast<double>(tokens);
  const double cache = 2.0 * static_cast<double>(c.layers) *
                       static_cast<double>(c.kv_heads) *
                       static_cast<double>(c.head_dim) * rows;
  const double alibi = static_cast<double>(c.alibi_slopes.size()) *
                       static_cast<double>(c.max_positions);
  return PassBytes(c, rows) + sizeof(float) * (cache + alibi);
}

}  // namespace sn37::eval
