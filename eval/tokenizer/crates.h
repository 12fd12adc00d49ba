// Between C++ values and the C interface of the Rust crates.
#ifndef EVAL_TOKENIZER_CRATES_H_
#define EVAL_TOKENIZER_CRATES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/deps/crates/sn37_crates.h"

namespace sn37::eval {

// Borrows `text`.
Sn37View ToView(absl::string_view text);

// The content of a result, which is freed.
std::string TakeBytes(Sn37Bytes bytes);
std::vector<int32_t> TakeIds(Sn37Ids ids);

// OK for SN37_OK; else the message made harmless (and freed) after "what: ",
// with the code that eval/status.h wants: kInvalidArgument where the input is
// at fault (a panic too: no model's files may stop an epoch), kOutOfRange where
// it exceeds a bound, kInternal else.
absl::Status ToStatus(int32_t code, Sn37Bytes error, absl::string_view what);

}  // namespace sn37::eval

#endif  // EVAL_TOKENIZER_CRATES_H_
