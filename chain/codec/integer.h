// Integers of any width as decimal text: what JSON's numbers cannot hold, and
// what 256-bit values of the chain need.
//
//   DecimalFromBytes("\xff\xff", false)   // "65535"
//   BytesFromDecimal("-1", 2, true)       // "\xff\xff"
//
// Bytes are little-endian, negative numbers in two's complement. Pure
// functions.
#ifndef CHAIN_CODEC_INTEGER_H_
#define CHAIN_CODEC_INTEGER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::chain {

// Without leading zeros; "0" for no bytes.
std::string DecimalFromBytes(absl::string_view bytes, bool is_signed);

// Exactly `width` bytes. kInvalidArgument for what is no decimal integer (a
// sign, leading zeros aside, and digits only) or does not fit.
absl::StatusOr<std::string> BytesFromDecimal(absl::string_view text,
                                             size_t width, bool is_signed);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_INTEGER_H_
