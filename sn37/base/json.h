// JSON from outside, parsed with limits and read field by field.
//
//   SN37_ASSIGN_OR_RETURN(nlohmann::json config, ParseJson(text, {}));
//   SN37_ASSIGN_OR_RETURN(int64_t layers,
//                         GetInt(config, "num_hidden_layers", 1, 1000));
//
// Nothing here throws, and nothing else in the project parses JSON. Pure
// functions; safe from any thread.
#ifndef SN37_BASE_JSON_H_
#define SN37_BASE_JSON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace sn37 {

struct JsonLimits {
  // A tokenizer.json with 256 k entries has about 35 MB.
  uint64_t bytes = 64 << 20;
  // Arrays and objects within each other; what models use is below 10.
  int depth = 64;
  // A key that occurs twice in an object is an error: for formats where it
  // would be a second definition of the same thing.
  bool unique_keys = false;
};

// Parses one JSON document (RFC 8259: no comments, no NaN, valid UTF-8). Of a
// key that occurs twice in an object the last value is kept, as Python's json
// does, unless `limits` asks for unique keys. The error says what is wrong and
// at which byte, without quoting more of the text than a few harmless
// characters.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text,
                                         const JsonLimits& limits);

// A field of an object. Each error names the key, what was found and what is
// allowed. `object` must be a JSON object, else that is the error.
//   GetInt     an integer literal in [min, max]
//   GetDouble  a number in [min, max], never NaN
//   GetString  a string of at most max_bytes
//   GetStrings an array of them
absl::StatusOr<int64_t> GetInt(const nlohmann::json& object,
                               absl::string_view key, int64_t min, int64_t max);
absl::StatusOr<double> GetDouble(const nlohmann::json& object,
                                 absl::string_view key, double min, double max);
absl::StatusOr<bool> GetBool(const nlohmann::json& object,
                             absl::string_view key);
absl::StatusOr<std::string> GetString(const nlohmann::json& object,
                                      absl::string_view key, size_t max_bytes);
absl::StatusOr<std::vector<std::string>> GetStrings(
    const nlohmann::json& object, absl::string_view key, size_t max_bytes);

// The same with a value for a field that is absent or null.
absl::StatusOr<int64_t> GetIntOr(const nlohmann::json& object,
                                 absl::string_view key, int64_t min,
                                 int64_t max, int64_t otherwise);
absl::StatusOr<double> GetDoubleOr(const nlohmann::json& object,
                                   absl::string_view key, double min,
                                   double max, double otherwise);
absl::StatusOr<bool> GetBoolOr(const nlohmann::json& object,
                               absl::string_view key, bool otherwise);
absl::StatusOr<std::string> GetStringOr(const nlohmann::json& object,
                                        absl::string_view key, size_t max_bytes,
                                        absl::string_view otherwise);

// The field, or null where `object` is no object or has it not or as null.
const nlohmann::json* FindField(const nlohmann::json& object,
                                absl::string_view key);

// One text per value, for digests: object keys in byte order, no spaces,
// UTF-8 as it is with only the escapes that JSON demands, integers in decimal,
// other numbers in the shortest form that reads back as the same double (always
// with a point or exponent; not a number becomes null). Bytes that are no UTF-8
// become U+FFFD.
std::string CanonicalJson(const nlohmann::json& value);

}  // namespace sn37

#endif  // SN37_BASE_JSON_H_
