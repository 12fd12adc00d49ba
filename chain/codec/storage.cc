#include "chain/codec/storage.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "chain/codec/value.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr size_t kPrefixHashBytes = 16;

struct Item {
  const StorageEntry* entry;
  std::string name;    // for messages
  std::string prefix;  // of its keys
};

absl::StatusOr<Item> FindItem(const Metadata& metadata,
                              absl::string_view pallet,
                              absl::string_view item) {
  SN37_ASSIGN_OR_RETURN(const Pallet* in, metadata.FindPallet(pallet));
  SN37_ASSIGN_OR_RETURN(const StorageEntry* entry,
                        metadata.FindStorage(pallet, item));
  return Item{entry, Printable(absl::StrCat(in->name, ".", entry->name)),
              absl::StrCat(Twox(in->storage_prefix, kPrefixHashBytes),
                           Twox(entry->name, kPrefixHashBytes))};
}

// One argument and its hash from the front of `reader`.
absl::StatusOr<json> ReadArgument(const Metadata& metadata,
                                  StorageHasher hasher, TypeId type,
                                  ScaleReader& reader) {
  const std::optional<size_t> before = BytesBeforeArgument(hasher);
  if (!before.has_value()) {
    const size_t digest_bytes = HashArgument(hasher, "").size();
    SN37_RETURN_IF_ERROR(reader.Bytes(digest_bytes).status());
    return nullptr;
  }
  const absl::string_view hashed = reader.rest();
  SN37_RETURN_IF_ERROR(reader.Bytes(*before).status());
  const absl::string_view from = reader.rest();
  SN37_ASSIGN_OR_RETURN(json argument,
                        DecodeValue(metadata.types, type, reader));
  const absl::string_view bytes =
      from.substr(0, from.size() - reader.rest().size());
  if (HashArgument(hasher, bytes) != hashed.substr(0, *before + bytes.size())) {
    return absl::InvalidArgumentError("its hash is of something else");
  }
  return argument;
}

}  // namespace

absl::StatusOr<std::string> StorageKey(const Metadata& metadata,
                                       absl::string_view pallet,
                                       absl::string_view item,
                                       const json& arguments) {
  SN37_ASSIGN_OR_RETURN(const Item found, FindItem(metadata, pallet, item));
  const StorageEntry& entry = *found.entry;
  if (!arguments.is_array() || arguments.size() > entry.keys.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        found.name, " takes a list of ", entry.keys.size(), " arguments"));
  }
  std::string key = found.prefix;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string argument;
    SN37_RETURN_IF_ERROR(Annotate(
        EncodeValue(metadata.types, entry.keys[i], arguments[i], argument),
        absl::StrCat("argument ", i, " of ", found.name)));
    key += HashArgument(entry.hashers[i], argument);
  }
  return key;
}

absl::StatusOr<json> DecodeStorageKey(const Metadata& metadata,
                                      absl::string_view pallet,
                                      absl::string_view item,
                                      absl::string_view key) {
  SN37_ASSIGN_OR_RETURN(const Item found, FindItem(metadata, pallet, item));
  const StorageEntry& entry = *found.entry;
  if (!absl::ConsumePrefix(&key, found.prefix)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key is not one of ", found.name));
  }
  ScaleReader reader(key);
  json arguments = json::array();
  for (size_t i = 0; i < entry.keys.size(); ++i) {
    absl::StatusOr<json> argument =
        ReadArgument(metadata, entry.hashers[i], entry.keys[i], reader);
    SN37_RETURN_IF_ERROR(
        Annotate(argument.status(),
                 absl::StrCat("argument ", i, " of a key of ", found.name)));
    arguments.push_back(*std::move(argument));
  }
  SN37_RETURN_IF_ERROR(
      Annotate(reader.ExpectEnd(), absl::StrCat("a key of ", found.name)));
  return arguments;
}

absl::StatusOr<json> DecodeStorage(const Metadata& metadata,
                                   absl::string_view pallet,
                                   absl::string_view item,
                                   std::optional<absl::string_view> bytes) {
  SN37_ASSIGN_OR_RETURN(const Item found, FindItem(metadata, pallet, item));
  const StorageEntry& entry = *found.entry;
  if (!bytes.has_value() && entry.optional) return nullptr;
  absl::StatusOr<json> value = DecodeValue(metadata.types, entry.value,
                                           bytes.value_or(entry.default_value));
  SN37_RETURN_IF_ERROR(Annotate(value.status(), found.name));
  return value;
}

}  // namespace sn37::chain
