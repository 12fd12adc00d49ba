// Stop strings for the engine, which knows token ids only.
#ifndef EVAL_TOKENIZER_STOP_STRINGS_H_
#define EVAL_TOKENIZER_STOP_STRINGS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "eval/tokenizer/tokenizer.h"

namespace sn37::eval {

// Whether the text of some tokens, special ones included, has just come to hold
// one of the strings, which the last token may end beyond: GenerateRequest's
// is_end. Empty strings count for nothing. `tokenizer` must outlive the result.
std::function<bool(absl::Span<const int32_t>)> EndsAfterAny(
    const Tokenizer& tokenizer, std::vector<std::string> strings);

}  // namespace sn37::eval

#endif  // EVAL_TOKENIZER_STOP_STRINGS_H_
