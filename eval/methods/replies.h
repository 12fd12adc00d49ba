// Texts whose probability is asked for: replies that are given, after a
// conversation that is given.
#ifndef EVAL_METHODS_REPLIES_H_
#define EVAL_METHODS_REPLIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "eval/methods/method.h"
#include "eval/tokenizer/tokenizer.h"

namespace sn37::eval {

// Whether a tokenizer must give back the texts that are measured on it: it must
// where their bytes are counted.
enum class GiveBack { kNo, kYes };

// One score request for each reply, all with the same context: the rendered
// messages, encoded with the tokenizer's special tokens (at most one BOS) and
// cut on the left to as many, one at least, as leave room for the longest reply
// in options.sequence_length. The reply is encoded without special tokens, so
// that none is scored; all its bytes count.
//
// The model's tokenizer is at fault, with kInvalidArgument, where it makes no
// tokens of a reply, and as EncodeChat and CheckGivesBack say; with kOutOfRange
// where it makes more than the sequence length of one, and more than its bytes.
absl::StatusOr<SampleRequests> ScoreReplies(
    const Tokenizer& tokenizer, const std::vector<ChatMessage>& messages,
    const std::vector<std::string>& replies, const MethodOptions& options,
    GiveBack give_back);

// kInvalidArgument unless `tokens` decode to `text`, byte for byte.
absl::Status CheckGivesBack(const Tokenizer& tokenizer,
                            absl::Span<const int32_t> tokens,
                            absl::string_view text);

}  // namespace sn37::eval

#endif  // EVAL_METHODS_REPLIES_H_
