#include "chain/codec/types.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

constexpr size_t kAccountBytes = 32;
constexpr size_t kMaxIntegerBytes = 32;
// Structs around the integer of a compact; the chain's have one or two.
constexpr int kMaxWrappers = 16;

absl::Status Wrong(absl::string_view what, absl::string_view name) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " \"", Truncate(Printable(name), 80), "\""));
}

// Values repeat the names of their types; the chain's have up to 60 bytes.
constexpr size_t kMaxNameBytes = 256;

// Each name once, none too long; fields all with names or all without.
absl::Status CheckFields(const std::vector<Field>& fields) {
  absl::flat_hash_set<absl::string_view> names;
  for (const Field& field : fields) {
    if (field.name.empty() != fields[0].name.empty()) {
      return absl::InvalidArgumentError("only some fields have names");
    }
    if (!field.name.empty() && !names.insert(field.name).second) {
      return Wrong("two fields are named", field.name);
    }
    if (field.name.size() > kMaxNameBytes) {
      return Wrong("a field's name is too long:", field.name);
    }
  }
  return absl::OkStatus();
}

absl::Status SortAndCheckVariants(std::vector<Variant>& variants) {
  std::sort(
      variants.begin(), variants.end(),
      [](const Variant& a, const Variant& b) { return a.index < b.index; });
  absl::flat_hash_set<absl::string_view> names;
  for (size_t i = 0; i < variants.size(); ++i) {
    if (i > 0 && variants[i].index == variants[i - 1].index) {
      return Wrong("two variants share the index of", variants[i].name);
    }
    if (!names.insert(variants[i].name).second) {
      return Wrong("two variants are named", variants[i].name);
    }
    if (variants[i].name.size() > kMaxNameBytes) {
      return Wrong("a variant's name is too long:", variants[i].name);
    }
    if (absl::Status fields = CheckFields(variants[i].fields); !fields.ok()) {
      return Wrong(absl::StrCat(fields.message(), " in the variant"),
                   variants[i].name);
    }
  }
  return absl::OkStatus();
}

// Every id that `type` mentions exists.
absl::Status CheckIds(const Type& type, size_t count) {
  const auto check = [count](const std::vector<Field>& fields) {
    return std::all_of(fields.begin(), fields.end(),
                       [count](const Field& f) { return f.type < count; });
  };
  bool exist = type.inner < count && check(type.fields);
  for (const Variant& variant : type.variants) {
    exist = exist && check(variant.fields);
  }
  for (const TypeId param : type.params) exist = exist && param < count;
  if (exist) return absl::OkStatus();
  return absl::InvalidArgumentError("it names a type that does not exist");
}

bool IsArrayOf(const std::vector<Type>& types, const Type& type,
               size_t item_bytes, uint32_t length) {
  if (type.kind != TypeKind::kComposite || !IsTransparent(type.fields)) {
    return false;
  }
  const Type& array = types[type.fields[0].type];
  return array.kind == TypeKind::kArray && array.length == length &&
         types[array.inner].kind == TypeKind::kInteger &&
         types[array.inner].bytes == item_bytes;
}

bool IsOption(const Type& type) {
  return type.kind == TypeKind::kVariant && type.path == "Option" &&
         type.variants.size() == 2 && type.variants[0].index == 0 &&
         type.variants[0].fields.empty() && type.variants[1].index == 1 &&
         IsTransparent(type.variants[1].fields);
}

bool IsEra(const Type& type) {
  return type.kind == TypeKind::kVariant && type.variants.size() == 256 &&
         absl::EndsWith(type.path, "generic::era::Era");
}

// Sees through structs to the integer of a compact.
absl::Status SetCompactBytes(const std::vector<Type>& types, Type& compact) {
  const Type* type = &types[compact.inner];
  for (int i = 0; i < kMaxWrappers; ++i) {
    if (type->kind == TypeKind::kInteger && !type->is_signed) {
      compact.bytes = type->bytes;
      if (compact.bytes <= 16) return absl::OkStatus();
      break;
    }
    if (type->kind != TypeKind::kTuple && type->kind != TypeKind::kComposite) {
      break;
    }
    if (type->fields.empty()) {
      // The index in an address, which this chain does not use: its runtime
      // would write nothing, all clients a compact u32. We do as they do.
      compact.bytes = 4;
      return absl::OkStatus();
    }
    if (type->fields.size() > 1) break;
    type = &types[type->fields[0].type];
  }
  return absl::InvalidArgumentError("a compact of what is no integer");
}

absl::Status SetBitOrder(const std::vector<Type>& types, Type& bits) {
  const Type& unit = types[bits.inner];
  if (unit.kind != TypeKind::kInteger || unit.is_signed || unit.bytes > 8) {
    return absl::InvalidArgumentError("bits in units that are no integers");
  }
  bits.bytes = unit.bytes;
  if (bits.params.empty()) return absl::OkStatus();
  const std::string& order = types[bits.params[0]].path;
  bits.msb_first = absl::EndsWith(order, "Msb0");
  if (bits.msb_first || absl::EndsWith(order, "Lsb0")) return absl::OkStatus();
  return Wrong("bits in the unknown order", order);
}

// The kind of a type that has one of its own; see TypeKind.
std::optional<TypeKind> OwnKind(const std::vector<Type>& types,
                                const Type& type) {
  if (IsOption(type)) return TypeKind::kOption;
  if (IsEra(type)) return TypeKind::kEra;
  if (absl::EndsWith(type.path, "::AccountId32") &&
      IsArrayOf(types, type, 1, kAccountBytes)) {
    return TypeKind::kAccount;
  }
  if (type.path == "primitive_types::U256" && IsArrayOf(types, type, 8, 4)) {
    return TypeKind::kInteger;
  }
  return std::nullopt;
}

void SetKind(TypeKind kind, Type& type) {
  type.kind = kind;
  if (kind == TypeKind::kOption) type.inner = type.variants[1].fields[0].type;
  if (kind == TypeKind::kInteger) type.bytes = kMaxIntegerBytes;
  type.variants.clear();
  type.fields.clear();
}

bool SameFields(const std::vector<Field>& a, const std::vector<Field>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Field& x, const Field& y) {
                      return x.type == y.type && x.name == y.name;
                    });
}

bool SameType(const Type& a, const Type& b) {
  const auto same_variant = [](const Variant& x, const Variant& y) {
    return x.name == y.name && x.index == y.index &&
           SameFields(x.fields, y.fields);
  };
  return a.kind == b.kind && a.inner == b.inner && a.length == b.length &&
         a.bytes == b.bytes && a.is_signed == b.is_signed &&
         a.msb_first == b.msb_first && SameFields(a.fields, b.fields) &&
         std::equal(a.variants.begin(), a.variants.end(), b.variants.begin(),
                    b.variants.end(), same_variant);
}

}  // namespace

const Variant* FindVariant(const Type& type, uint8_t index) {
  const auto found = std::lower_bound(
      type.variants.begin(), type.variants.end(), index,
      [](const Variant& variant, uint8_t i) { return variant.index < i; });
  if (found == type.variants.end() || found->index != index) return nullptr;
  return &*found;
}

absl::StatusOr<TypeRegistry> TypeRegistry::Create(std::vector<Type> types) {
  for (size_t id = 0; id < types.size(); ++id) {
    Type& type = types[id];
    absl::Status status = CheckIds(type, types.size());
    if (status.ok()) status = CheckFields(type.fields);
    if (status.ok()) status = SortAndCheckVariants(type.variants);
    SN37_RETURN_IF_ERROR(Annotate(status, absl::StrCat("type ", id)));
  }
  // All kinds are found before the first is set: each is seen by its parts.
  std::vector<std::optional<TypeKind>> kinds;
  for (const Type& type : types) kinds.push_back(OwnKind(types, type));
  for (size_t id = 0; id < types.size(); ++id) {
    if (kinds[id].has_value()) SetKind(*kinds[id], types[id]);
  }
  for (size_t id = 0; id < types.size(); ++id) {
    absl::Status status;
    if (types[id].kind == TypeKind::kCompact) {
      status = SetCompactBytes(types, types[id]);
    } else if (types[id].kind == TypeKind::kBits) {
      status = SetBitOrder(types, types[id]);
    }
    SN37_RETURN_IF_ERROR(Annotate(status, absl::StrCat("type ", id)));
  }
  TypeRegistry registry;
  registry.types_ = std::move(types);
  return registry;
}

TypeId TypeRegistry::Add(Type type) {
  const auto found =
      std::find_if(types_.begin(), types_.end(), [&type](const Type& other) {
        return other.path == type.path && SameType(other, type);
      });
  if (found == types_.end()) {
    types_.push_back(std::move(type));
    return static_cast<TypeId>(types_.size() - 1);
  }
  return static_cast<TypeId>(found - types_.begin());
}

std::vector<TypeId> TypeRegistry::WithPath(absl::string_view path) const {
  std::vector<TypeId> found;
  for (size_t id = 0; id < types_.size(); ++id) {
    const std::string& whole = types_[id].path;
    if (whole == path || absl::EndsWith(whole, absl::StrCat("::", path))) {
      found.push_back(static_cast<TypeId>(id));
    }
  }
  return found;
}

}  // namespace sn37::chain
