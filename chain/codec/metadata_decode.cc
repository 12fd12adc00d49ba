// DecodeMetadata: one function per part of the metadata, in its order.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "chain/codec/metadata.h"
#include "chain/codec/scale.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

constexpr absl::string_view kMagic = "meta";
constexpr int kFirstVersion = 14, kLastVersion = 16;

// Kinds of types as the metadata numbers them.
enum Definition : uint8_t {
  kComposite = 0,
  kVariant = 1,
  kSequence = 2,
  kArray = 3,
  kTuple = 4,
  kPrimitive = 5,
  kCompact = 6,
  kBits = 7,
};

// Primitives in the metadata's order: bool, char, str, then integers.
constexpr TypeKind kPrimitiveKinds[] = {TypeKind::kBool, TypeKind::kChar,
                                        TypeKind::kText};
constexpr uint8_t kFirstUnsigned = 3, kFirstSigned = 9, kPrimitives = 15;

absl::Status Invalid(absl::string_view what, int number) {
  return absl::InvalidArgumentError(absl::StrCat(what, " ", number));
}

// Reads one thing after another; each function reads one part of the metadata,
// in the order and with the names of Substrate's definition.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : in_(bytes) {}

  absl::StatusOr<Metadata> Whole() {
    Metadata m;
    SN37_RETURN_IF_ERROR(Header());
    m.version = version_;
    SN37_ASSIGN_OR_RETURN(std::vector<Type> types, List(&Reader::PortableType));
    SN37_ASSIGN_OR_RETURN(m.types, TypeRegistry::Create(types));
    types_ = types.size();
    SN37_ASSIGN_OR_RETURN(m.pallets, List(&Reader::OnePallet));
    if (version_ == 14) {
      SN37_RETURN_IF_ERROR(ExtrinsicV14(types, m));
    } else if (version_ == 15) {
      SN37_RETURN_IF_ERROR(ExtrinsicV15(m));
    } else {
      SN37_RETURN_IF_ERROR(ExtrinsicV16(m));
    }
    if (version_ < 16) SN37_RETURN_IF_ERROR(Id().status());  // the runtime
    if (version_ > 14) {
      SN37_ASSIGN_OR_RETURN(m.apis, List(&Reader::Api));
      for (int i = 0; i < 3; ++i) {  // the outer enums
        SN37_RETURN_IF_ERROR(Id().status());
      }
      SN37_RETURN_IF_ERROR(List(&Reader::CustomValue).status());
    }
    SN37_RETURN_IF_ERROR(in_.ExpectEnd());
    return m;
  }

 private:
  // A list of what `read` returns. Grows as its items come.
  template <typename T>
  absl::StatusOr<std::vector<T>> List(absl::StatusOr<T> (Reader::*read)()) {
    SN37_ASSIGN_OR_RETURN(const uint32_t count, in_.Compact32());
    if (count > in_.rest().size()) {
      return Invalid("fewer bytes than a list's items, which are", count);
    }
    std::vector<T> items;
    for (uint32_t i = 0; i < count; ++i) {
      SN37_ASSIGN_OR_RETURN(T item, (this->*read)());
      items.push_back(std::move(item));
    }
    return items;
  }

  template <typename T>
  absl::StatusOr<std::optional<T>> Optional(
      absl::StatusOr<T> (Reader::*read)()) {
    SN37_ASSIGN_OR_RETURN(const bool some, in_.Bool());
    if (!some) return std::optional<T>();
    SN37_ASSIGN_OR_RETURN(T value, (this->*read)());
    return std::optional<T>(std::move(value));
  }

  absl::Status Header() {
    SN37_ASSIGN_OR_RETURN(const absl::string_view magic,
                          in_.Bytes(kMagic.size()));
    if (magic != kMagic) {
      return absl::InvalidArgumentError("it does not begin with \"meta\"");
    }
    SN37_ASSIGN_OR_RETURN(version_, in_.Fixed<uint8_t>());
    if (version_ < kFirstVersion || version_ > kLastVersion) {
      return Invalid("versions 14 to 16 are understood, not", version_);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Text() {
    SN37_ASSIGN_OR_RETURN(const absl::string_view text, in_.Text());
    return std::string(text);
  }
  absl::StatusOr<absl::string_view> TextView() { return in_.Text(); }
  absl::StatusOr<uint8_t> Byte() { return in_.Fixed<uint8_t>(); }
  absl::StatusOr<std::string> Bytes() {
    SN37_ASSIGN_OR_RETURN(const absl::string_view bytes, in_.LengthAndBytes());
    return std::string(bytes);
  }
  absl::StatusOr<std::string> Docs() {
    SN37_ASSIGN_OR_RETURN(const std::vector<absl::string_view> lines,
                          List(&Reader::TextView));
    return absl::StrJoin(lines, "\n");
  }

  // While types are being read, any; TypeRegistry::Create checks those.
  absl::StatusOr<TypeId> Id() {
    SN37_ASSIGN_OR_RETURN(const TypeId id, in_.Compact32());
    if (types_.has_value() && id >= *types_) {
      return Invalid("there is no type", id);
    }
    return id;
  }

  absl::StatusOr<Type> PortableType() {
    SN37_ASSIGN_OR_RETURN(const uint32_t id, in_.Compact32());
    if (id != next_type_) return Invalid("types are not in order at", id);
    ++next_type_;
    Type type;
    SN37_ASSIGN_OR_RETURN(const std::vector<absl::string_view> path,
                          List(&Reader::TextView));
    type.path = absl::StrJoin(path, "::");
    SN37_ASSIGN_OR_RETURN(const auto params, List(&Reader::TypeParam));
    for (const std::optional<TypeId>& param : params) {
      if (param.has_value()) type.params.push_back(*param);
    }
    absl::Status status = DefinitionOf(type);
    if (status.ok()) status = Docs().status();
    SN37_RETURN_IF_ERROR(Annotate(status, absl::StrCat("type ", id)));
    return type;
  }

  absl::StatusOr<std::optional<TypeId>> TypeParam() {
    SN37_RETURN_IF_ERROR(TextView().status());
    return Optional(&Reader::Id);
  }

  absl::Status DefinitionOf(Type& type) {
    SN37_ASSIGN_OR_RETURN(const uint8_t definition, Byte());
    switch (definition) {
      case kComposite: {
        type.kind = TypeKind::kComposite;
        SN37_ASSIGN_OR_RETURN(type.fields, List(&Reader::OneField));
        return absl::OkStatus();
      }
      case kVariant: {
        type.kind = TypeKind::kVariant;
        SN37_ASSIGN_OR_RETURN(type.variants, List(&Reader::OneVariant));
        return absl::OkStatus();
      }
      case kTuple: {
        type.kind = TypeKind::kTuple;
        SN37_ASSIGN_OR_RETURN(type.fields, List(&Reader::TupleField));
        return absl::OkStatus();
      }
      case kPrimitive:
        return Primitive(type);
      case kArray: {
        type.kind = TypeKind::kArray;
        SN37_ASSIGN_OR_RETURN(type.length, in_.Fixed<uint32_t>());
        break;
      }
      case kSequence:
        type.kind = TypeKind::kSequence;
        break;
      case kCompact:
        type.kind = TypeKind::kCompact;
        break;
      case kBits:
        type.kind = TypeKind::kBits;
        break;
      default:
        return Invalid("there is no kind of type", definition);
    }
    SN37_ASSIGN_OR_RETURN(type.inner, Id());
    if (definition == kBits) {
      SN37_ASSIGN_OR_RETURN(const TypeId order, Id());
      type.params = {order};
    }
    return absl::OkStatus();
  }

  absl::Status Primitive(Type& type) {
    SN37_ASSIGN_OR_RETURN(const uint8_t number, Byte());
    if (number >= kPrimitives) return Invalid("there is no primitive", number);
    if (number < kFirstUnsigned) {
      type.kind = kPrimitiveKinds[number];
      return absl::OkStatus();
    }
    type.kind = TypeKind::kInteger;
    type.is_signed = number >= kFirstSigned;
    const int power = number - (type.is_signed ? kFirstSigned : kFirstUnsigned);
    type.bytes = size_t{1} << power;
    return absl::OkStatus();
  }

  absl::StatusOr<Field> OneField() {
    Field field;
    SN37_ASSIGN_OR_RETURN(const std::optional<std::string> name,
                          Optional(&Reader::Text));
    field.name = name.value_or("");
    SN37_ASSIGN_OR_RETURN(field.type, Id());
    SN37_RETURN_IF_ERROR(Optional(&Reader::TextView).status());  // in Rust
    SN37_RETURN_IF_ERROR(Docs().status());
    return field;
  }

  absl::StatusOr<Field> TupleField() {
    SN37_ASSIGN_OR_RETURN(const TypeId type, Id());
    return Field{"", type};
  }

  absl::StatusOr<Variant> OneVariant() {
    Variant variant;
    SN37_ASSIGN_OR_RETURN(variant.name, Text());
    SN37_ASSIGN_OR_RETURN(variant.fields, List(&Reader::OneField));
    SN37_ASSIGN_OR_RETURN(variant.index, Byte());
    SN37_ASSIGN_OR_RETURN(variant.docs, Docs());
    return variant;
  }

  absl::StatusOr<Pallet> OnePallet() {
    Pallet pallet;
    SN37_ASSIGN_OR_RETURN(pallet.name, Text());
    SN37_RETURN_IF_ERROR(Annotate(RestOf(pallet), Printable(pallet.name)));
    return pallet;
  }

  absl::Status RestOf(Pallet& pallet) {
    SN37_ASSIGN_OR_RETURN(const bool has_storage, in_.Bool());
    if (has_storage) {
      SN37_ASSIGN_OR_RETURN(pallet.storage_prefix, Text());
      SN37_ASSIGN_OR_RETURN(pallet.storage, List(&Reader::Storage));
    }
    SN37_ASSIGN_OR_RETURN(pallet.calls, Optional(&Reader::EnumId));
    SN37_ASSIGN_OR_RETURN(pallet.events, Optional(&Reader::EnumId));
    SN37_ASSIGN_OR_RETURN(pallet.constants, List(&Reader::OneConstant));
    SN37_ASSIGN_OR_RETURN(pallet.errors, Optional(&Reader::EnumId));
    if (version_ >= 16) {
      SN37_RETURN_IF_ERROR(List(&Reader::AssociatedType).status());
      SN37_RETURN_IF_ERROR(List(&Reader::ViewFunction).status());
    }
    SN37_ASSIGN_OR_RETURN(pallet.index, Byte());
    if (version_ >= 15) SN37_RETURN_IF_ERROR(Docs().status());
    return Deprecation();
  }

  absl::StatusOr<StorageEntry> Storage() {
    StorageEntry entry;
    SN37_ASSIGN_OR_RETURN(entry.name, Text());
    SN37_ASSIGN_OR_RETURN(const uint8_t modifier, Byte());
    if (modifier > 1) return Invalid("there is no storage modifier", modifier);
    entry.optional = modifier == 0;
    SN37_ASSIGN_OR_RETURN(const bool is_map, in_.Bool());
    if (is_map) {
      SN37_ASSIGN_OR_RETURN(entry.hashers, List(&Reader::Hasher));
      SN37_ASSIGN_OR_RETURN(const TypeId key, Id());
      entry.keys = {key};  // see SplitStorageKeys
    }
    SN37_ASSIGN_OR_RETURN(entry.value, Id());
    SN37_ASSIGN_OR_RETURN(entry.default_value, Bytes());
    SN37_RETURN_IF_ERROR(Docs().status());
    SN37_RETURN_IF_ERROR(Deprecation());
    return entry;
  }

  absl::StatusOr<StorageHasher> Hasher() {
    SN37_ASSIGN_OR_RETURN(const uint8_t number, Byte());
    if (number >= kStorageHashers) return Invalid("there is no hasher", number);
    return static_cast<StorageHasher>(number);
  }

  // The enum of a pallet's calls, events or errors.
  absl::StatusOr<TypeId> EnumId() {
    SN37_ASSIGN_OR_RETURN(const TypeId id, Id());
    if (version_ >= 16) {
      SN37_RETURN_IF_ERROR(List(&Reader::VariantDeprecation).status());
    }
    return id;
  }

  absl::StatusOr<Constant> OneConstant() {
    Constant constant;
    SN37_ASSIGN_OR_RETURN(constant.name, Text());
    SN37_ASSIGN_OR_RETURN(constant.type, Id());
    SN37_ASSIGN_OR_RETURN(constant.value, Bytes());
    SN37_RETURN_IF_ERROR(Docs().status());
    SN37_RETURN_IF_ERROR(Deprecation());
    return constant;
  }

  // Whether something should no longer be used, of which we make nothing.
  absl::Status Deprecation() {
    if (version_ < 16) return absl::OkStatus();
    SN37_ASSIGN_OR_RETURN(const uint8_t kind, Byte());
    if (kind < 2) return absl::OkStatus();
    if (kind > 2) return Invalid("there is no deprecation", kind);
    SN37_RETURN_IF_ERROR(TextView().status());
    return Optional(&Reader::TextView).status();
  }

  // The results of what is read and not kept.
  using Nothing = char;

  absl::StatusOr<Nothing> VariantDeprecation() {
    SN37_RETURN_IF_ERROR(Byte().status());
    SN37_RETURN_IF_ERROR(Deprecation());
    return Nothing();
  }

  absl::StatusOr<Nothing> AssociatedType() {
    SN37_RETURN_IF_ERROR(TextView().status());
    SN37_RETURN_IF_ERROR(Id().status());
    SN37_RETURN_IF_ERROR(Docs().status());
    return Nothing();
  }

  absl::StatusOr<Nothing> ViewFunction() {
    constexpr size_t kIdBytes = 32;
    SN37_RETURN_IF_ERROR(in_.Bytes(kIdBytes).status());
    SN37_RETURN_IF_ERROR(Method().status());
    return Nothing();
  }

  absl::StatusOr<Nothing> CustomValue() {
    SN37_RETURN_IF_ERROR(TextView().status());
    SN37_RETURN_IF_ERROR(Id().status());
    SN37_RETURN_IF_ERROR(in_.LengthAndBytes().status());
    return Nothing();
  }

  // Version 14 has the types of an extrinsic's parts only as the parameters of
  // its own type.
  absl::Status ExtrinsicV14(const std::vector<Type>& types, Metadata& m) {
    SN37_ASSIGN_OR_RETURN(const TypeId extrinsic, Id());
    const std::vector<TypeId>& params = types[extrinsic].params;
    if (params.size() != 4) {
      return Invalid("parameters of the extrinsic's type are 4, not",
                     static_cast<int>(params.size()));
    }
    m.address = params[0];
    m.call = params[1];
    m.signature = params[2];
    SN37_RETURN_IF_ERROR(Byte().status());
    SN37_ASSIGN_OR_RETURN(m.extensions, List(&Reader::Extension));
    return absl::OkStatus();
  }

  absl::Status ExtrinsicV15(Metadata& m) {
    SN37_RETURN_IF_ERROR(Byte().status());
    SN37_ASSIGN_OR_RETURN(m.address, Id());
    SN37_ASSIGN_OR_RETURN(m.call, Id());
    SN37_ASSIGN_OR_RETURN(m.signature, Id());
    SN37_RETURN_IF_ERROR(Id().status());  // all extras in one
    SN37_ASSIGN_OR_RETURN(m.extensions, List(&Reader::Extension));
    return absl::OkStatus();
  }

  // Extensions come in versions; extrinsics of version 4 have version 0.
  absl::Status ExtrinsicV16(Metadata& m) {
    SN37_RETURN_IF_ERROR(List(&Reader::Byte).status());
    SN37_ASSIGN_OR_RETURN(m.address, Id());
    SN37_ASSIGN_OR_RETURN(m.call, Id());
    SN37_ASSIGN_OR_RETURN(m.signature, Id());
    SN37_ASSIGN_OR_RETURN(const auto versions, List(&Reader::ExtensionVersion));
    SN37_ASSIGN_OR_RETURN(const std::vector<SignedExtension> all,
                          List(&Reader::Extension));
    for (const auto& [version, indices] : versions) {
      if (version != 0) continue;
      for (const uint32_t index : indices) {
        if (index >= all.size()) return Invalid("there is no extension", index);
        m.extensions.push_back(all[index]);
      }
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError("there are no extensions of version 0");
  }

  using Indices = std::vector<uint32_t>;
  absl::StatusOr<std::pair<uint8_t, Indices>> ExtensionVersion() {
    SN37_ASSIGN_OR_RETURN(const uint8_t version, Byte());
    SN37_ASSIGN_OR_RETURN(Indices indices, List(&Reader::Index));
    return std::pair(version, std::move(indices));
  }
  absl::StatusOr<uint32_t> Index() { return in_.Compact32(); }

  absl::StatusOr<SignedExtension> Extension() {
    SignedExtension extension;
    SN37_ASSIGN_OR_RETURN(extension.name, Text());
    SN37_ASSIGN_OR_RETURN(extension.extra, Id());
    SN37_ASSIGN_OR_RETURN(extension.additional, Id());
    return extension;
  }

  absl::StatusOr<RuntimeApi> Api() {
    RuntimeApi api;
    SN37_ASSIGN_OR_RETURN(api.name, Text());
    SN37_ASSIGN_OR_RETURN(api.methods, List(&Reader::Method));
    SN37_RETURN_IF_ERROR(Docs().status());
    if (version_ >= 16) SN37_RETURN_IF_ERROR(in_.Compact32().status());
    SN37_RETURN_IF_ERROR(Deprecation());
    return api;
  }

  absl::StatusOr<ApiMethod> Method() {
    ApiMethod method;
    SN37_ASSIGN_OR_RETURN(method.name, Text());
    SN37_ASSIGN_OR_RETURN(method.inputs, List(&Reader::Input));
    SN37_ASSIGN_OR_RETURN(method.output, Id());
    SN37_RETURN_IF_ERROR(Docs().status());
    SN37_RETURN_IF_ERROR(Deprecation());
    return method;
  }

  absl::StatusOr<Field> Input() {
    Field input;
    SN37_ASSIGN_OR_RETURN(input.name, Text());
    SN37_ASSIGN_OR_RETURN(input.type, Id());
    return input;
  }

  ScaleReader in_;
  int version_ = 0;
  uint32_t next_type_ = 0;
  std::optional<size_t> types_;  // how many, once all are read
};

// A map with several hashers has a tuple of as many keys.
absl::Status SplitStorageKeys(const TypeRegistry& types, StorageEntry& entry) {
  if (entry.keys.size() == entry.hashers.size()) return absl::OkStatus();
  if (entry.keys.size() == 1) {
    const Type& key = types[entry.keys[0]];
    entry.keys.clear();
    if (key.kind == TypeKind::kTuple) {
      for (const Field& field : key.fields) entry.keys.push_back(field.type);
    }
  }
  if (entry.keys.size() == entry.hashers.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(Printable(entry.name), " has other keys than its ",
                   entry.hashers.size(), " hashers need"));
}

}  // namespace

absl::StatusOr<Metadata> DecodeMetadata(absl::string_view bytes) {
  absl::StatusOr<Metadata> metadata = Reader(bytes).Whole();
  SN37_RETURN_IF_ERROR(Annotate(metadata.status(), "not metadata"));
  for (Pallet& pallet : metadata->pallets) {
    for (StorageEntry& entry : pallet.storage) {
      SN37_RETURN_IF_ERROR(Annotate(SplitStorageKeys(metadata->types, entry),
                                    Printable(pallet.name)));
    }
  }
  return metadata;
}

}  // namespace sn37::chain
