// Objects whose keys are all known: a misspelt key in a specification or a
// manifest is an error and not a default.
#ifndef SN37_DATASETS_JSON_KEYS_H_
#define SN37_DATASETS_JSON_KEYS_H_

#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace sn37::datasets {

// kInvalidArgument unless `value` is an object without keys beside `known`; the
// message names the key.
absl::Status CheckKeys(const nlohmann::json& value,
                       std::initializer_list<absl::string_view> known);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_JSON_KEYS_H_
