// A Hugging Face model folder from a GGUF file.
#ifndef EVAL_WEIGHTS_GGUF_IMPORT_H_
#define EVAL_WEIGHTS_GGUF_IMPORT_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace sn37::eval {

// Makes the folder `out`, which must not exist, with config.json,
// generation_config.json, model.safetensors, tokenizer.json,
// tokenizer_config.json and special_tokens_map.json. Weights are dequantised
// exactly and rounded once, to bfloat16; rows that llama.cpp permutes are put
// back. The same file gives the same bytes. The folder appears whole: until it
// is complete it has the name `out`.tmp-<process>, which is removed on failure.
//
// `progress`, where given, is called with the weights' bytes written so far and
// in all.
//
//   kUnimplemented    another architecture than those of gguf_archs/archs.inc,
//                     or a key or tensor that it does not know or that its
//                     config.json could not say: names it
//   kInvalidArgument  a malformed or inconsistent file
//   kAlreadyExists    `out` is there
absl::Status ImportGguf(
    const std::string& gguf_path, const std::string& out,
    const std::function<void(uint64_t done, uint64_t total)>& progress =
        nullptr);

}  // namespace sn37::eval

#endif  // EVAL_WEIGHTS_GGUF_IMPORT_H_
