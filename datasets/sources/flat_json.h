// JSON objects of strings, read several times as fast as by ParseJson
// (sn37/base/json.h): what most lines of JSON Lines files are.
#ifndef SN37_DATASETS_SOURCES_FLAT_JSON_H_
#define SN37_DATASETS_SOURCES_FLAT_JSON_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// What ParseJson returns for the text, where it is an object whose values are
// all strings without \u escapes. Nothing for any other text, JSON or not.
std::optional<nlohmann::json> ParseFlatObject(absl::string_view text);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_FLAT_JSON_H_
