// Values of the chain as JSON, driven by their type.
//
//   DecodeValue(types, id, bytes)        // {"fields": [{"Raw3": "0x616263"}]}
//   EncodeValue(types, id, json, out)
//
//   integers up to 32 bits      numbers; wider ones decimal texts
//   bool, str, char             true, "text", the number of its code point
//   lists, arrays, tuples       arrays; of u8: "0x…"
//   structs                     objects by field; arrays without field names;
//                               the field itself where it is one without a name
//   enums                       "Name", or {"Name": fields as in a struct}
//   Option                      null or the value. Options directly in options:
//                               {"Some": …} where null alone would be ambiguous
//   maps                        arrays of [key, value]
//   bit sequences               "0b0101…", the first bit first
//   accounts                    SS58 addresses
//   eras                        "00" (immortal) or [period, phase]
//
// EncodeValue also takes what other clients write: numbers as text, the
// reverse, or (unsigned) as "0x…" with the highest byte first; bytes as arrays;
// accounts as "0x…"; fields in camelCase; {"Name": null} for an enum without
// fields; an address where an enum has a variant Id of an account; eras as
// {"period": …, "current": …}. Nothing else: no field may be missing or
// unknown.
//
// DecodeValue(EncodeValue(v)) == v for what DecodeValue returns, and the
// reverse for all bytes that it takes: it refuses what the chain would not
// write (see scale.h), and bytes left over. Errors are kInvalidArgument and
// begin with the path inside of the value ("CommitmentInfo.fields[0].Raw9: …").
// Memory stays within a constant multiple of the input, whatever the types say;
// nesting is bounded. Both are pure and may be called from any thread.
#ifndef CHAIN_CODEC_VALUE_H_
#define CHAIN_CODEC_VALUE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "chain/codec/scale.h"
#include "chain/codec/types.h"
#include "sn37/base/json.h"

namespace sn37::chain {

// Types within each other, in a value.
inline constexpr int kMaxValueNesting = 128;

// REQUIRES for all: `id` is in `types`.
//
// Where `fields` are given and the value is a struct (or an option of one),
// only these of it are there; the others are checked as strictly and left out.
absl::StatusOr<nlohmann::json> DecodeValue(
    const TypeRegistry& types, TypeId id, absl::string_view bytes,
    absl::Span<const absl::string_view> fields = {});

// The same for a value with something after it.
absl::StatusOr<nlohmann::json> DecodeValue(const TypeRegistry& types, TypeId id,
                                           ScaleReader& reader);

// Appends; after an error `out` has a part of it.
absl::Status EncodeValue(const TypeRegistry& types, TypeId id,
                         const nlohmann::json& value, std::string& out);

// "0x" and hex digits; from them, an even number of either case.
std::string ToHex(absl::string_view bytes);
absl::StatusOr<std::string> FromHex(absl::string_view hex);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_VALUE_H_
