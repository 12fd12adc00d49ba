#include "chain/subtensor/testing/stand_in_runtime.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "chain/codec/scale.h"
#include "chain/codec/ss58.h"
#include "chain/codec/storage.h"
#include "chain/codec/value.h"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

template <typename T>
T Must(absl::StatusOr<T> value) {
  SN37_CHECK(value.ok()) << value.status();
  return *std::move(value);
}

std::string Encoded(const Metadata& metadata, TypeId type, const json& value) {
  std::string bytes;
  const absl::Status status = EncodeValue(metadata.types, type, value, bytes);
  SN37_CHECK(status.ok()) << status << value.dump();
  return bytes;
}

json ZeroFields(const TypeRegistry& types, const std::vector<Field>& fields) {
  if (IsTransparent(fields)) return ZeroValue(types, fields[0].type);
  const bool named = !fields.empty() && !fields[0].name.empty();
  json value = named ? json::object() : json::array();
  for (const Field& field : fields) {
    if (named) {
      value[field.name] = ZeroValue(types, field.type);
    } else {
      value.push_back(ZeroValue(types, field.type));
    }
  }
  return value;
}

// Of `count` equal ones; bytes are one text.
json ZeroList(const TypeRegistry& types, TypeId inner, size_t count) {
  const Type& type = types[inner];
  if (type.kind == TypeKind::kInteger && type.bytes == 1 && !type.is_signed) {
    return ToHex(std::string(count, '\0'));
  }
  return json(std::vector<json>(count, ZeroValue(types, inner)));
}

const Variant* Named(const Type& type, absl::string_view name) {
  for (const Variant& variant : type.variants) {
    if (variant.name == name) return &variant;
  }
  return nullptr;
}

}  // namespace

json ZeroValue(const TypeRegistry& types, TypeId id) {
  const Type& type = types[id];
  switch (type.kind) {
    case TypeKind::kComposite:
    case TypeKind::kTuple:
      return ZeroFields(types, type.fields);
    case TypeKind::kVariant: {
      const Variant& first = type.variants.at(0);
      if (first.fields.empty()) return first.name;
      return {{first.name, ZeroFields(types, first.fields)}};
    }
    case TypeKind::kOption:
      return nullptr;
    case TypeKind::kSequence:
      return ZeroList(types, type.inner, 0);
    case TypeKind::kArray:
      return ZeroList(types, type.inner, type.length);
    case TypeKind::kBool:
      return false;
    case TypeKind::kText:
      return "";
    case TypeKind::kBits:
      return "0b";
    case TypeKind::kAccount:
      return EncodeSs58({});
    case TypeKind::kEra:
      return "00";
    default:
      return 0;
  }
}

StandInRuntime::StandInRuntime(std::string metadata_bytes)
    : bytes_(std::move(metadata_bytes)),
      metadata_(Must(DecodeMetadata(bytes_))),
      version_(Must(VersionOf(metadata_))) {}

void StandInRuntime::Put(absl::string_view pallet, absl::string_view item,
                         const json& arguments, const json& value,
                         StorageMap& storage) const {
  const auto entry = metadata_.FindStorage(pallet, item);
  if (!entry.ok()) return;
  storage[Must(StorageKey(metadata_, pallet, item, arguments))] =
      Encoded(metadata_, (*entry)->value, value);
}

json StandInRuntime::DispatchError(const absl::Status& status) const {
  const std::vector<std::string> parts = absl::StrSplit(status.message(), ':');
  for (const std::string& name :
       {parts[0], std::string("SpaceLimitExceeded")}) {
    for (const absl::string_view pallet : {"SubtensorModule", "Commitments"}) {
      const Pallet& known = *Must(metadata_.FindPallet(pallet));
      const Variant* error = Named(metadata_.types[*known.errors], name);
      if (error == nullptr) continue;
      const std::string code = {static_cast<char>(error->index), 0, 0, 0};
      return {{"Module", {{"index", known.index}, {"error", ToHex(code)}}}};
    }
  }
  return "Other";
}

json StandInRuntime::Events(const absl::Status& status) const {
  const Pallet& system = *Must(metadata_.FindPallet("System"));
  const Type& events = metadata_.types[*system.events];
  const auto event = [&](const char* name, const json& error) {
    json fields = ZeroFields(metadata_.types, Named(events, name)->fields);
    if (!error.is_null()) fields["dispatch_error"] = error;
    return json{{"System", {{name, fields}}}};
  };
  const json ended = status.ok()
                         ? event("ExtrinsicSuccess", nullptr)
                         : event("ExtrinsicFailed", DispatchError(status));
  return json::array({{{"phase", {{"ApplyExtrinsic", 0}}},
                       {"event", event("ExtrinsicSuccess", nullptr)},
                       {"topics", json::array()}},
                      {{"phase", {{"ApplyExtrinsic", 1}}},
                       {"event", ended},
                       {"topics", json::array()}}});
}

std::string StandInRuntime::ApiOutput(absl::string_view api,
                                      absl::string_view method,
                                      const json& value) const {
  return Encoded(metadata_, Must(metadata_.FindMethod(api, method))->output,
                 value);
}

std::string StandInRuntime::TimestampExtrinsic(uint64_t millis) const {
  const json call = {{"Timestamp", {{"set", {{"now", millis}}}}}};
  std::string extrinsic;
  AppendLengthAndBytes(absl::StrCat("\x04", Must(EncodeCall(metadata_, call))),
                       extrinsic);
  return extrinsic;
}

}  // namespace sn37::chain
