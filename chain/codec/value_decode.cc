// DecodeValue: one function per kind of type, down the tree of types.
#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "chain/codec/era.h"
#include "chain/codec/integer.h"
#include "chain/codec/ss58.h"
#include "chain/codec/value.h"
#include "chain/codec/value_internal.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

using nlohmann::json;

// JSON values that may come out of so many bytes. Types of no bytes (units in
// arrays, say) would make any number of them; the chain's own need one or two
// per byte, and a few for none.
constexpr size_t kValuesPerByte = 8;
constexpr size_t kFreeValues = 1024;
// Items for which a list has room before they have come.
constexpr uint32_t kMaxReserved = 1024;

class Decoder {
 public:
  Decoder(const TypeRegistry& types, ScaleReader& reader)
      : types_(types),
        reader_(reader),
        values_left_(kFreeValues + kValuesPerByte * reader.rest().size()) {}

  absl::StatusOr<json> Root(TypeId id) {
    absl::StatusOr<json> value = Value(id);
    return value.ok() ? std::move(value)
                      : path_.Annotate(value.status(), types_[id]);
  }

 private:
  using Result = absl::StatusOr<json>;

  Result Value(TypeId id) {
    if (nesting_ == kMaxValueNesting) {
      return absl::InvalidArgumentError("types are nested too deeply");
    }
    if (values_left_ == 0) {
      return absl::InvalidArgumentError("more values than so few bytes hold");
    }
    ++nesting_;
    --values_left_;
    Result value = OfKind(types_[id]);
    --nesting_;
    return value;
  }

  Result OfKind(const Type& type) {
    switch (type.kind) {
      case TypeKind::kComposite:
        return Fields(type.fields);
      case TypeKind::kTuple:
        return Unnamed(type.fields);
      case TypeKind::kVariant:
        return OfVariant(type);
      case TypeKind::kOption:
        return Option(type);
      case TypeKind::kSequence: {
        SN37_ASSIGN_OR_RETURN(const uint32_t length, reader_.Compact32());
        return Items(type.inner, length);
      }
      case TypeKind::kArray:
        return Items(type.inner, type.length);
      case TypeKind::kInteger: {
        SN37_ASSIGN_OR_RETURN(const absl::string_view bytes,
                              reader_.Bytes(type.bytes));
        return Integer(bytes, type.is_signed);
      }
      case TypeKind::kCompact:
        return Compact(type);
      case TypeKind::kBool: {
        SN37_ASSIGN_OR_RETURN(const bool value, reader_.Bool());
        return json(value);
      }
      case TypeKind::kChar:
        return Char();
      case TypeKind::kText: {
        SN37_ASSIGN_OR_RETURN(const absl::string_view text, reader_.Text());
        return json(std::string(text));
      }
      case TypeKind::kBits:
        return Bits(type);
      case TypeKind::kAccount:
        return Account();
      case TypeKind::kEra:
        return OfEra();
    }
    return absl::InternalError("a type of no kind");
  }

  Result Fields(const std::vector<Field>& fields) {
    if (IsTransparent(fields)) return Value(fields[0].type);
    if (fields.empty() || fields[0].name.empty()) return Unnamed(fields);
    json object = json::object();
    for (const Field& field : fields) {
      Result value = Value(field.type);
      if (!value.ok()) return path_.InField(value.status(), field.name);
      object.emplace(field.name, *std::move(value));
    }
    return object;
  }

  Result Unnamed(const std::vector<Field>& fields) {
    json array = json::array();
    for (size_t i = 0; i < fields.size(); ++i) {
      Result value = Value(fields[i].type);
      if (!value.ok()) return path_.InItem(value.status(), i);
      array.push_back(*std::move(value));
    }
    return array;
  }

  Result OfVariant(const Type& type) {
    SN37_ASSIGN_OR_RETURN(const uint8_t index, reader_.Fixed<uint8_t>());
    const Variant* variant = FindVariant(type, index);
    if (variant == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no variant ", index));
    }
    if (variant->fields.empty()) return json(variant->name);
    Result fields = Fields(variant->fields);
    if (!fields.ok()) return path_.InField(fields.status(), variant->name);
    json object = json::object();
    object.emplace(variant->name, *std::move(fields));
    return object;
  }

  Result Option(const Type& type) {
    SN37_ASSIGN_OR_RETURN(const bool some, reader_.Bool());
    if (!some) return json(nullptr);
    SN37_ASSIGN_OR_RETURN(json value, Value(type.inner));
    if ((value.is_null() || IsSome(value)) && IsNullable(types_, type.inner)) {
      return json::object({{"Some", std::move(value)}});
    }
    return value;
  }

  Result Items(TypeId inner, uint32_t count) {
    if (IsByte(types_[inner])) {
      SN37_ASSIGN_OR_RETURN(const absl::string_view bytes,
                            reader_.Bytes(count));
      return json(ToHex(bytes));
    }
    json::array_t array;
    array.reserve(std::min(count, kMaxReserved));
    for (uint32_t i = 0; i < count; ++i) {
      Result value = Value(inner);
      if (!value.ok()) return path_.InItem(value.status(), i);
      array.push_back(*std::move(value));
    }
    return json(std::move(array));
  }

  static Result Integer(absl::string_view bytes, bool is_signed) {
    if (bytes.size() > 4) return json(DecimalFromBytes(bytes, is_signed));
    uint32_t bits = 0;
    for (size_t i = bytes.size(); i-- > 0;) {
      bits = bits << 8 | static_cast<uint8_t>(bytes[i]);
    }
    if (!is_signed) return json(bits);
    // Shifted up and back, so that the sign fills the bits above it.
    const int unused = static_cast<int>(8 * (4 - bytes.size()));
    return json(static_cast<int32_t>(bits << unused) >> unused);
  }

  Result Compact(const Type& type) {
    SN37_ASSIGN_OR_RETURN(const absl::uint128 value,
                          reader_.Compact(type.bytes));
    if (type.bytes <= 4) return json(static_cast<uint32_t>(value));
    if (type.bytes == 8) return json(absl::StrCat(absl::Uint128Low64(value)));
    std::string bytes;
    AppendFixed(value, type.bytes, bytes);
    return json(DecimalFromBytes(bytes, false));
  }

  Result Char() {
    SN37_ASSIGN_OR_RETURN(const uint32_t code, reader_.Fixed<uint32_t>());
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no character ", code));
    }
    return json(code);
  }

  // Bits beyond the last one are zero.
  Result Bits(const Type& type) {
    SN37_ASSIGN_OR_RETURN(const uint32_t count, reader_.Compact32());
    const size_t unit_bits = 8 * type.bytes;
    const size_t units = (count + unit_bits - 1) / unit_bits;
    SN37_ASSIGN_OR_RETURN(const absl::string_view bytes,
                          reader_.Bytes(units * type.bytes));
    std::string text = "0b";
    for (size_t i = 0; i < units * unit_bits; ++i) {
      const size_t position = BitPosition(type, i);
      const bool bit = bytes[position / 8] >> position % 8 & 1;
      if (i < count) {
        text.push_back(bit ? '1' : '0');
      } else if (bit) {
        return absl::InvalidArgumentError("a bit is set after the last one");
      }
    }
    return json(text);
  }

  Result Account() {
    AccountId account;
    SN37_ASSIGN_OR_RETURN(const absl::string_view bytes,
                          reader_.Bytes(account.size()));
    std::copy(bytes.begin(), bytes.end(), account.begin());
    return json(EncodeSs58(account));
  }

  Result OfEra() {
    SN37_ASSIGN_OR_RETURN(const Era era, ReadEra(reader_));
    return EraToJson(era);
  }

  const TypeRegistry& types_;
  ScaleReader& reader_;
  size_t values_left_;
  int nesting_ = 0;
  ValuePath path_;
};

}  // namespace

absl::StatusOr<json> DecodeValue(const TypeRegistry& types, TypeId id,
                                 ScaleReader& reader) {
  return Decoder(types, reader).Root(id);
}

absl::StatusOr<json> DecodeValue(const TypeRegistry& types, TypeId id,
                                 absl::string_view bytes) {
  ScaleReader reader(bytes);
  SN37_ASSIGN_OR_RETURN(json value, DecodeValue(types, id, reader));
  SN37_RETURN_IF_ERROR(ValuePath().Annotate(reader.ExpectEnd(), types[id]));
  return value;
}

std::string ToHex(absl::string_view bytes) {
  return absl::StrCat("0x", absl::BytesToHexString(bytes));
}

}  // namespace sn37::chain
