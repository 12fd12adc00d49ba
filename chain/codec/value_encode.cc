// EncodeValue: one function per kind of type, down the tree of types.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "chain/codec/era.h"
#include "chain/codec/integer.h"
#include "chain/codec/name.h"
#include "chain/codec/ss58.h"
#include "chain/codec/value.h"
#include "chain/codec/value_internal.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

absl::Status Wrong(absl::string_view wanted, const json& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("must be ", wanted, ", not ",
                   Truncate(Printable(CanonicalJson(value)), 60)));
}

const std::string* AsText(const json& value) {
  return value.get_ptr<const json::string_t*>();
}

// The member of `object` for a name: that name, or a spelling of it.
const json* Member(const json& object, const std::string& name) {
  if (const auto exact = object.find(name); exact != object.end()) {
    return &*exact;
  }
  for (const auto& [key, value] : object.items()) {
    if (SameName(key, name)) return &value;
  }
  return nullptr;
}

const Variant* VariantOf(const Type& type, absl::string_view name) {
  const Variant* similar = nullptr;
  for (const Variant& variant : type.variants) {
    if (variant.name == name) return &variant;
    if (similar == nullptr && SameName(variant.name, name)) similar = &variant;
  }
  return similar;
}

class Encoder {
 public:
  Encoder(const TypeRegistry& types, std::string& out)
      : types_(types), out_(out) {}

  absl::Status Root(TypeId id, const json& value) {
    return path_.Annotate(Value(id, value), types_[id]);
  }

 private:
  absl::Status Value(TypeId id, const json& value) {
    if (nesting_ == kMaxValueNesting) {
      return absl::InvalidArgumentError("types are nested too deeply");
    }
    ++nesting_;
    absl::Status status = OfKind(types_[id], value);
    --nesting_;
    return status;
  }

  absl::Status OfKind(const Type& type, const json& value) {
    switch (type.kind) {
      case TypeKind::kComposite:
        return Fields(type.fields, value);
      case TypeKind::kTuple:
        return Unnamed(type.fields, value);
      case TypeKind::kVariant:
        return OfVariant(type, value);
      case TypeKind::kOption:
        return Option(type, value);
      case TypeKind::kSequence:
        return Sequence(type, value);
      case TypeKind::kArray:
        return Array(type, value);
      case TypeKind::kInteger:
        return Integer(type.bytes, type.is_signed, value);
      case TypeKind::kCompact:
        return Compact(type, value);
      case TypeKind::kBool:
        if (!value.is_boolean()) return Wrong("true or false", value);
        out_.push_back(value.get<bool>() ? '\1' : '\0');
        return absl::OkStatus();
      case TypeKind::kChar:
        return Char(value);
      case TypeKind::kText:
        return Text(value);
      case TypeKind::kBits:
        return Bits(type, value);
      case TypeKind::kAccount:
        return Account(value);
      case TypeKind::kEra:
        return OfEra(value);
    }
    return absl::InternalError("a type of no kind");
  }

  absl::Status Fields(const std::vector<Field>& fields, const json& value) {
    if (IsTransparent(fields)) return Value(fields[0].type, value);
    if (fields.empty() || fields[0].name.empty()) return Unnamed(fields, value);
    if (!value.is_object()) return Wrong("an object of its fields", value);
    for (const Field& field : fields) {
      const json* member = Member(value, field.name);
      if (member == nullptr) {
        return path_.InField(absl::InvalidArgumentError("is missing"),
                             field.name);
      }
      absl::Status status = Value(field.type, *member);
      if (!status.ok()) return path_.InField(std::move(status), field.name);
    }
    return value.size() == fields.size() ? absl::OkStatus()
                                         : UnknownMember(fields, value);
  }

  absl::Status UnknownMember(const std::vector<Field>& fields,
                             const json& value) {
    for (const auto& [key, member] : value.items()) {
      const bool known = std::any_of(
          fields.begin(), fields.end(),
          [&key = key](const Field& f) { return SameName(f.name, key); });
      if (!known) {
        return path_.InField(absl::InvalidArgumentError("is no field of it"),
                             key);
      }
    }
    return absl::InvalidArgumentError("has a field twice");
  }

  // A list with one value for each. Nothing also stands for an empty one.
  absl::Status Unnamed(const std::vector<Field>& fields, const json& value) {
    if (fields.empty() && (value.is_null() || value == json::object())) {
      return absl::OkStatus();
    }
    if (!value.is_array() || value.size() != fields.size()) {
      return Wrong(absl::StrCat("a list of ", fields.size()), value);
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      absl::Status status = Value(fields[i].type, value[i]);
      if (!status.ok()) return path_.InItem(std::move(status), i);
    }
    return absl::OkStatus();
  }

  absl::Status OfVariant(const Type& type, const json& value) {
    static const json& kNothing = *new json(nullptr);
    const std::string* name = AsText(value);
    const json* fields = &kNothing;
    if (value.is_object() && value.size() == 1) {
      name = &value.begin().key();
      fields = &value.begin().value();
    }
    if (name == nullptr) return Wrong("\"Name\" or {\"Name\": …}", value);
    const Variant* variant = VariantOf(type, *name);
    if (variant == nullptr && value.is_string()) {
      // An address where any kind of address may stand.
      variant = VariantOf(type, "Id");
      fields = &value;
      if (variant != nullptr &&
          (!IsTransparent(variant->fields) ||
           types_[variant->fields[0].type].kind != TypeKind::kAccount)) {
        variant = nullptr;
      }
    }
    if (variant == nullptr) return Wrong("one of its variants", value);
    out_.push_back(static_cast<char>(variant->index));
    absl::Status status = Fields(variant->fields, *fields);
    if (!status.ok()) return path_.InField(std::move(status), variant->name);
    return absl::OkStatus();
  }

  absl::Status Option(const Type& type, const json& value) {
    out_.push_back(value.is_null() ? '\0' : '\1');
    if (value.is_null()) return absl::OkStatus();
    const bool wrapped = IsSome(value) && IsNullable(types_, type.inner);
    return Value(type.inner, wrapped ? value.begin().value() : value);
  }

  absl::Status Sequence(const Type& type, const json& value) {
    if (IsByte(types_[type.inner]) && value.is_string()) {
      SN37_ASSIGN_OR_RETURN(const std::string bytes, FromHex(*AsText(value)));
      AppendLengthAndBytes(bytes, out_);
      return absl::OkStatus();
    }
    if (!value.is_array()) return Wrong("a list", value);
    AppendCompact(value.size(), out_);
    return Items(type.inner, value);
  }

  absl::Status Array(const Type& type, const json& value) {
    if (IsByte(types_[type.inner]) && value.is_string()) {
      SN37_ASSIGN_OR_RETURN(const std::string bytes, FromHex(*AsText(value)));
      if (bytes.size() != type.length) {
        return Wrong(absl::StrCat(type.length, " bytes"), value);
      }
      out_ += bytes;
      return absl::OkStatus();
    }
    if (!value.is_array() || value.size() != type.length) {
      return Wrong(absl::StrCat("a list of ", type.length), value);
    }
    return Items(type.inner, value);
  }

  absl::Status Items(TypeId inner, const json& list) {
    for (size_t i = 0; i < list.size(); ++i) {
      absl::Status status = Value(inner, list[i]);
      if (!status.ok()) return path_.InItem(std::move(status), i);
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<std::string> IntegerBytes(size_t bytes, bool is_signed,
                                                  const json& value) {
    if (value.is_number_integer()) {
      return BytesFromDecimal(value.dump(), bytes, is_signed);
    }
    if (!value.is_string()) return Wrong("an integer", value);
    const std::string& text = *AsText(value);
    if (is_signed || !absl::StartsWith(text, "0x")) {
      return BytesFromDecimal(text, bytes, is_signed);
    }
    SN37_ASSIGN_OR_RETURN(std::string big_endian, FromHex(text));
    if (big_endian.size() > bytes) {
      return Wrong(absl::StrCat("at most ", bytes, " bytes"), value);
    }
    std::reverse(big_endian.begin(), big_endian.end());
    big_endian.resize(bytes);
    return big_endian;
  }

  absl::Status Integer(size_t bytes, bool is_signed, const json& value) {
    SN37_ASSIGN_OR_RETURN(const std::string integer,
                          IntegerBytes(bytes, is_signed, value));
    out_ += integer;
    return absl::OkStatus();
  }

  absl::Status Compact(const Type& type, const json& value) {
    SN37_ASSIGN_OR_RETURN(std::string bytes,
                          IntegerBytes(type.bytes, false, value));
    bytes.resize(sizeof(absl::uint128));
    SN37_ASSIGN_OR_RETURN(const absl::uint128 integer,
                          ScaleReader(bytes).Fixed<absl::uint128>());
    AppendCompact(integer, out_);
    return absl::OkStatus();
  }

  absl::Status Char(const json& value) {
    const int64_t code = value.is_number_integer() ? value.get<int64_t>() : -1;
    if (code < 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      return Wrong("a code point", value);
    }
    AppendFixed(code, 4, out_);
    return absl::OkStatus();
  }

  absl::Status Text(const json& value) {
    const std::string* text = AsText(value);
    if (text == nullptr || !IsValidUtf8(*text)) return Wrong("a text", value);
    AppendLengthAndBytes(*text, out_);
    return absl::OkStatus();
  }

  absl::Status Bits(const Type& type, const json& value) {
    const std::string* text = AsText(value);
    absl::string_view bits;
    if (text != nullptr) bits = *text;
    if (!absl::ConsumePrefix(&bits, "0b") ||
        bits.find_first_not_of("01") != absl::string_view::npos) {
      return Wrong("\"0b…\"", value);
    }
    const size_t unit_bits = 8 * type.bytes;
    const size_t units = (bits.size() + unit_bits - 1) / unit_bits;
    std::string bytes(units * type.bytes, '\0');
    for (size_t i = 0; i < bits.size(); ++i) {
      const size_t position = BitPosition(type, i);
      if (bits[i] == '1') bytes[position / 8] |= 1 << position % 8;
    }
    AppendCompact(bits.size(), out_);
    out_ += bytes;
    return absl::OkStatus();
  }

  absl::Status Account(const json& value) {
    AccountId account;
    if (!value.is_string()) return Wrong("an address", value);
    if (absl::StartsWith(*AsText(value), "0x")) {
      SN37_ASSIGN_OR_RETURN(const std::string bytes, FromHex(*AsText(value)));
      if (bytes.size() != account.size()) return Wrong("32 bytes", value);
      out_ += bytes;
      return absl::OkStatus();
    }
    SN37_ASSIGN_OR_RETURN(account, DecodeSs58(*AsText(value)));
    out_.append(account.begin(), account.end());
    return absl::OkStatus();
  }

  absl::Status OfEra(const json& value) {
    SN37_ASSIGN_OR_RETURN(const Era era, EraFromJson(value));
    AppendEra(era, out_);
    return absl::OkStatus();
  }

  const TypeRegistry& types_;
  std::string& out_;
  int nesting_ = 0;
  ValuePath path_;
};

}  // namespace

absl::Status EncodeValue(const TypeRegistry& types, TypeId id,
                         const json& value, std::string& out) {
  return Encoder(types, out).Root(id, value);
}

absl::StatusOr<std::string> FromHex(absl::string_view hex) {
  absl::string_view digits = hex;
  if (!absl::ConsumePrefix(&digits, "0x") || digits.size() % 2 != 0 ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be 0x and pairs of hex digits, not \"",
                     Truncate(Printable(hex), 40), "\""));
  }
  return absl::HexStringToBytes(digits);
}

}  // namespace sn37::chain
