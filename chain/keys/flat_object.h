// A JSON object without nested values, read where it lies. Key files hold
// secrets, and a parser that makes strings (sn37/base/json.h) would leave
// copies of them in memory that nobody wipes.
//
//   SN37_ASSIGN_OR_RETURN(auto fields, chain::ParseFlatObject(R"({"a":
//   "b"})")); fields.at("a").text  // "b", inside of the argument
//
// Pure function; safe from any thread.
#ifndef CHAIN_KEYS_FLAT_OBJECT_H_
#define CHAIN_KEYS_FLAT_OBJECT_H_

#include <map>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::chain {

struct FlatValue {
  absl::string_view text;  // of a string what is between its quotes
  bool is_string = false;  // else a number, true or false as it is written
};

// The fields of the object but for those that are null. Names and strings are
// as they are written, escapes and all. Looser than JSON in what it need not
// know: a value without quotes is any word of letters, digits, '+', '-', '.'.
// kInvalidArgument for a nested value, a name that comes twice, or anything
// that is no object; the message names a byte and quotes nothing.
absl::StatusOr<std::map<absl::string_view, FlatValue>> ParseFlatObject(
    absl::string_view text);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_FLAT_OBJECT_H_
