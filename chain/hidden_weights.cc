#include "chain/hidden_weights.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/scale.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

absl::Status NotHiddenWeights(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("hidden weights: ", what));
}

// A list of at most 65536 numbers of 16 bits.
absl::StatusOr<std::vector<uint16_t>> Numbers(const json* list) {
  if (list == nullptr || !list->is_array() || list->size() > 65536) {
    return NotHiddenWeights("there is no list where one is wanted");
  }
  std::vector<uint16_t> numbers;
  for (const json& number : *list) {
    if (!number.is_number_unsigned() || number.get<uint64_t>() > UINT16_MAX) {
      return NotHiddenWeights("a number is not from 0 to 65535");
    }
    numbers.push_back(number.get<uint16_t>());
  }
  return numbers;
}

}  // namespace

WeightsHash HashOf(const AccountId& hotkey, uint16_t netuid,
                   const HiddenWeights& hidden) {
  std::string bytes(hotkey.begin(), hotkey.end());
  AppendFixed(netuid, sizeof(netuid), bytes);
  AppendCompact(hidden.weights.size(), bytes);
  for (const Weight& weight : hidden.weights) {
    AppendFixed(weight.uid, sizeof(weight.uid), bytes);
  }
  AppendCompact(hidden.weights.size(), bytes);
  for (const Weight& weight : hidden.weights) {
    AppendFixed(weight.value, sizeof(weight.value), bytes);
  }
  AppendCompact(hidden.salt.size(), bytes);
  for (const uint16_t number : hidden.salt) {
    AppendFixed(number, sizeof(number), bytes);
  }
  AppendFixed(hidden.version_key, sizeof(hidden.version_key), bytes);
  WeightsHash hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const uint8_t*>(bytes.data()),
                     bytes.size(), nullptr, 0);
  return hash;
}

std::vector<uint16_t> NewSalt() {
  std::vector<uint16_t> salt(8);
  randombytes_buf(salt.data(), salt.size() * sizeof(uint16_t));
  return salt;
}

std::string ToText(const HiddenWeights& hidden) {
  json weights = json::array();
  for (const Weight& weight : hidden.weights) {
    weights.push_back({weight.uid, weight.value});
  }
  return CanonicalJson({{"weights", std::move(weights)},
                        {"salt", hidden.salt},
                        {"version_key", absl::StrCat(hidden.version_key)}});
}

absl::StatusOr<HiddenWeights> ParseHiddenWeights(absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(const json object, ParseJson(text, {}));
  const json* weights = FindField(object, "weights");
  if (weights == nullptr || !weights->is_array() || weights->size() > 65536) {
    return NotHiddenWeights("\"weights\" is no list");
  }
  HiddenWeights hidden;
  for (const json& entry : *weights) {
    SN37_ASSIGN_OR_RETURN(const std::vector<uint16_t> pair, Numbers(&entry));
    if (pair.size() != 2) return NotHiddenWeights("an entry is no pair");
    hidden.weights.push_back({pair[0], pair[1]});
  }
  SN37_ASSIGN_OR_RETURN(hidden.salt, Numbers(FindField(object, "salt")));
  SN37_ASSIGN_OR_RETURN(const std::string version_key,
                        GetString(object, "version_key", 20));
  if (!absl::SimpleAtoi(version_key, &hidden.version_key)) {
    return NotHiddenWeights("\"version_key\" is no number");
  }
  return hidden;
}

}  // namespace sn37::chain
