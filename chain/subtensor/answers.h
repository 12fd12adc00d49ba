// A node's answers as values: hex, numbers, errors. Pure functions. A node is a
// stranger: what does not fit is an Internal error that says so.
#ifndef CHAIN_SUBTENSOR_ANSWERS_H_
#define CHAIN_SUBTENSOR_ANSWERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/client.h"
#include "chain/codec/extrinsic.h"
#include "sn37/base/json.h"

namespace sn37::chain {

// `answer` to a read with client.h's codes, which keep FailedPrecondition for
// what the chain refuses: NotFound where the node does not have the block or
// its state any more, Internal for the node's other errors. Statuses that are
// not a node's stay.
absl::StatusOr<nlohmann::json> NodeAnswer(
    absl::StatusOr<nlohmann::json> answer);

// The bytes of a text "0x…".
absl::StatusOr<std::string> HexBytes(const nlohmann::json& answer);

// A block's hash as nodes write it, and its bytes.
absl::StatusOr<std::string> HashText(const nlohmann::json& answer);
absl::StatusOr<BlockHash> HashBytes(absl::string_view hash);

// The number in a header {"number": "0x…", …}.
absl::StatusOr<uint64_t> HeaderNumber(const nlohmann::json& header);

// A decoded integer (value.h) of at most 64 bits: a number or decimal text.
absl::StatusOr<uint64_t> AsUint(const nlohmann::json& value, uint64_t max);

// The field of a decoded struct that is an array; `size` entries.
absl::StatusOr<const nlohmann::json*> ArrayOf(const nlohmann::json& object,
                                              absl::string_view key,
                                              size_t size);

}  // namespace sn37::chain

#endif  // CHAIN_SUBTENSOR_ANSWERS_H_
