// What a decoder takes beside its weights.
#ifndef EVAL_MODELS_DECODER_MEMORY_H_
#define EVAL_MODELS_DECODER_MEMORY_H_

#include <cstdint>

#include "eval/models/decoder_config.h"

namespace sn37::eval {

// Rows that the MLP works on at a time: bounds its memory, changes no result.
inline constexpr int64_t kMlpRows = 1024;

// Bytes of activations of a pass over so many rows.
double PassBytes(const DecoderConfig& config, double rows);

// Bytes that one text of so many tokens takes with its keys and values, in
// float32 as the CPU lays them out (kernels/cpu/cpu_ops.h; a GPU takes no
// more), and what is made at load for all positions (alibi). A double, because
// a config may ask for more than there are bytes.
double TextBytes(const DecoderConfig& config, int64_t tokens);

}  // namespace sn37::eval

#endif  // EVAL_MODELS_DECODER_MEMORY_H_
