// Keys and values of the chain's storage, as its metadata describes them.
//
//   SN37_ASSIGN_OR_RETURN(const StorageEntry* keys,
//                         metadata.FindStorage("SubtensorModule", "Keys"));
//   StorageKey(metadata, "SubtensorModule", "Keys", {1, 0})
//
// A key is twox128(pallet) ‖ twox128(item) ‖ each argument through its hasher
// (hashers.h). Pure functions; arguments and values are JSON as value.h has it.
#ifndef CHAIN_CODEC_STORAGE_H_
#define CHAIN_CODEC_STORAGE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/codec/metadata.h"
#include "sn37/base/json.h"

namespace sn37::chain {

// The key of an item with these arguments (an array). With fewer than the item
// has, the common beginning of all keys that have them.
absl::StatusOr<std::string> StorageKey(const Metadata& metadata,
                                       absl::string_view pallet,
                                       absl::string_view item,
                                       const nlohmann::json& arguments);

// The arguments in an item's key; null for one of which the key holds only a
// digest. kInvalidArgument for what is no whole key of that item.
absl::StatusOr<nlohmann::json> DecodeStorageKey(const Metadata& metadata,
                                                absl::string_view pallet,
                                                absl::string_view item,
                                                absl::string_view key);

// The value of an item from what its key holds; where that is nothing, the
// item's default, or null if it has none.
absl::StatusOr<nlohmann::json> DecodeStorage(
    const Metadata& metadata, absl::string_view pallet, absl::string_view item,
    std::optional<absl::string_view> bytes);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_STORAGE_H_
