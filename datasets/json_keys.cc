#include "datasets/json_keys.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sn37/base/text.h"

namespace sn37::datasets {

absl::Status CheckKeys(const nlohmann::json& value,
                       std::initializer_list<absl::string_view> known) {
  if (!value.is_object()) {
    return absl::InvalidArgumentError("must be a JSON object");
  }
  for (const auto& [key, unused] : value.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("unknown key \"", Printable(key), "\"; known are ",
                       absl::StrJoin(known, ", ")));
    }
  }
  return absl::OkStatus();
}

}  // namespace sn37::datasets
