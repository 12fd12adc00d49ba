#include "chain/subtensor/state.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/storage.h"
#include "chain/codec/value.h"
#include "chain/subtensor/answers.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

constexpr size_t kKeysInACall = 1000;  // as many as nodes allow in a page
constexpr size_t kMaxEntries = 100'000;

// NotFound is for blocks: what the metadata lacks is another matter.
absl::Status Lacking(const absl::Status& status, const Runtime& runtime) {
  return absl::UnimplementedError(
      absl::StrCat("runtime ", runtime.version.spec,
                   " is not as expected: ", status.message()));
}

}  // namespace

bool State::HasItem(absl::string_view pallet, absl::string_view item) const {
  return runtime_->metadata.FindStorage(pallet, item).ok();
}

bool State::HasCall(absl::string_view pallet,
                    absl::string_view function) const {
  const Metadata& metadata = runtime_->metadata;
  const absl::StatusOr<const Pallet*> found = metadata.FindPallet(pallet);
  if (!found.ok() || !(*found)->calls.has_value()) return false;
  const std::vector<Variant>& calls = metadata.types[*(*found)->calls].variants;
  return std::any_of(calls.begin(), calls.end(), [&](const Variant& call) {
    return call.name == function;
  });
}

bool State::HasMethod(absl::string_view api, absl::string_view method) const {
  return runtime_->metadata.FindMethod(api, method).ok();
}

absl::StatusOr<json> State::Constant(absl::string_view pallet,
                                     absl::string_view name) const {
  const Metadata& metadata = runtime_->metadata;
  const absl::StatusOr<const chain::Constant*> found =
      metadata.FindConstant(pallet, name);
  if (!found.ok()) return Lacking(found.status(), *runtime_);
  return DecodeValue(metadata.types, (*found)->type, (*found)->value);
}

absl::StatusOr<std::string> State::Key(const StorageItem& item) const {
  const auto known = runtime_->metadata.FindStorage(item.pallet, item.item);
  if (!known.ok()) return Lacking(known.status(), *runtime_);
  return StorageKey(runtime_->metadata, item.pallet, item.item, item.arguments);
}

absl::StatusOr<json> State::Decode(const StorageItem& item,
                                   const json& hex) const {
  std::optional<std::string> bytes;
  if (!hex.is_null()) {
    SN37_ASSIGN_OR_RETURN(bytes, HexBytes(hex));
  }
  absl::StatusOr<json> value =
      DecodeStorage(runtime_->metadata, item.pallet, item.item, bytes);
  if (!value.ok()) {
    return absl::InternalError(absl::StrCat(item.pallet, ".", item.item,
                                            " of block ", block_.number, ": ",
                                            value.status().message()));
  }
  return value;
}

absl::StatusOr<json> State::Get(absl::string_view pallet,
                                absl::string_view item,
                                const json& arguments) const {
  const StorageItem one = {pallet, item, arguments};
  SN37_ASSIGN_OR_RETURN(const std::string key, Key(one));
  SN37_ASSIGN_OR_RETURN(
      const json hex,
      NodeAnswer(rpc_->Call("state_getStorage",
                            json::array({ToHex(key), block_.hash}))));
  return Decode(one, hex);
}

// The values of keys ("0x…") as hex or null.
absl::StatusOr<std::vector<json>> State::ReadKeys(
    absl::Span<const std::string> keys) const {
  std::map<std::string, json> values;
  for (size_t i = 0; i < keys.size(); i += kKeysInACall) {
    json keys_in_call = json::array();
    for (const std::string& key : keys.subspan(i, kKeysInACall)) {
      keys_in_call.push_back(key);
    }
    SN37_ASSIGN_OR_RETURN(
        const json answer,
        NodeAnswer(rpc_->Call("state_queryStorageAt",
                              json::array({keys_in_call, block_.hash}))));
    if (!answer.is_array()) return absl::InternalError("no changes in answer");
    for (const json& set : answer) {
      const json* changes = FindField(set, "changes");
      if (changes == nullptr || !changes->is_array()) continue;
      for (const json& change : *changes) {
        if (!change.is_array() || change.size() != 2 || !change[0].is_string())
          continue;
        values[change[0].get<std::string>()] = change[1];
      }
    }
  }
  std::vector<json> in_order;
  for (const std::string& key : keys) {
    const auto found = values.find(key);
    if (found == values.end()) {
      return absl::InternalError("the node does not answer for every key");
    }
    in_order.push_back(found->second);
  }
  return in_order;
}

absl::StatusOr<std::vector<json>> State::GetMany(
    absl::Span<const StorageItem> items) const {
  std::vector<std::string> keys;
  for (const StorageItem& item : items) {
    SN37_ASSIGN_OR_RETURN(const std::string key, Key(item));
    keys.push_back(ToHex(key));
  }
  SN37_ASSIGN_OR_RETURN(std::vector<json> values, ReadKeys(keys));
  for (size_t i = 0; i < items.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(values[i], Decode(items[i], values[i]));
  }
  return values;
}

absl::StatusOr<std::vector<State::Entry>> State::GetAll(
    absl::string_view pallet, absl::string_view item,
    const json& first_arguments) const {
  SN37_ASSIGN_OR_RETURN(const std::string prefix,
                        Key({pallet, item, first_arguments}));
  std::vector<std::string> keys;
  while (true) {
    const json after = keys.empty() ? json(nullptr) : json(keys.back());
    SN37_ASSIGN_OR_RETURN(
        const json page,
        NodeAnswer(rpc_->Call(
            "state_getKeysPaged",
            json::array({ToHex(prefix), kKeysInACall, after, block_.hash}))));
    if (!page.is_array()) return absl::InternalError("no keys in the answer");
    for (const json& key : page) {
      if (!key.is_string() ||
          !absl::StartsWith(key.get<std::string>(), ToHex(prefix)) ||
          (!keys.empty() && key.get<std::string>() <= keys.back())) {
        return absl::InternalError("the node's keys are not those of a map");
      }
      keys.push_back(key.get<std::string>());
    }
    if (page.size() < kKeysInACall) break;
    if (keys.size() > kMaxEntries) {
      return absl::ResourceExhaustedError(absl::StrCat(
          pallet, ".", item, " has more than ", kMaxEntries, " entries"));
    }
  }
  SN37_ASSIGN_OR_RETURN(const std::vector<json> values, ReadKeys(keys));
  std::vector<Entry> entries;
  for (size_t i = 0; i < keys.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(const std::string key, HexBytes(keys[i]));
    Entry entry;
    SN37_ASSIGN_OR_RETURN(entry.arguments, DecodeStorageKey(runtime_->metadata,
                                                            pallet, item, key));
    SN37_ASSIGN_OR_RETURN(entry.value, Decode({pallet, item}, values[i]));
    entries.push_back(std::move(entry));
  }
  return entries;
}

absl::StatusOr<json> State::CallApi(
    absl::string_view api, absl::string_view method, const json& inputs,
    absl::Span<const absl::string_view> fields) const {
  const Metadata& metadata = runtime_->metadata;
  const absl::StatusOr<const ApiMethod*> found =
      metadata.FindMethod(api, method);
  if (!found.ok()) return Lacking(found.status(), *runtime_);
  const std::string name = absl::StrCat(api, "_", (*found)->name);
  if (!inputs.is_array() || inputs.size() != (*found)->inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        Printable(name), " takes ", (*found)->inputs.size(), " arguments"));
  }
  std::string arguments;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Field& input = (*found)->inputs[i];
    SN37_RETURN_IF_ERROR(
        Annotate(EncodeValue(metadata.types, input.type, inputs[i], arguments),
                 Printable(input.name)));
  }
  SN37_ASSIGN_OR_RETURN(
      const json answer,
      NodeAnswer(rpc_->Call(
          "state_call", json::array({name, ToHex(arguments), block_.hash}))));
  SN37_ASSIGN_OR_RETURN(const std::string bytes, HexBytes(answer));
  absl::StatusOr<json> value =
      DecodeValue(metadata.types, (*found)->output, bytes, fields);
  if (!value.ok()) {
    return absl::InternalError(
        absl::StrCat(Printable(name), ": ", value.status().message()));
  }
  return value;
}

}  // namespace sn37::chain
