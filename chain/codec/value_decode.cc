// DecodeValue: one function per kind of type, down the tree of types.
#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
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
constexpr size_t kMaxReserved = 1024;

class Decoder {
 public:
  // Of the outermost struct, only `wanted` fields are in the value, where there
  // are any.
  Decoder(const TypeRegistry& types, ScaleReader& reader,
          absl::Span<const absl::string_view> wanted)
      : types_(types),
        reader_(reader),
        wanted_(wanted),
        values_left_(kFreeValues + kValuesPerByte * reader.rest().size()) {}

  absl::StatusOr<json> Root(TypeId id) {
    json value;
    SN37_RETURN_IF_ERROR(path_.Annotate(Value(id, &value), types_[id]));
    return value;
  }

 private:
  // Each puts a value where it belongs in the whole, which is null before, or
  // only checks it where `out` is null.
  absl::Status Value(TypeId id, json* out) {
    if (nesting_ == kMaxValueNesting) {
      return absl::InvalidArgumentError("types are nested too deeply");
    }
    if (values_left_ == 0) {
      return absl::InvalidArgumentError("more values than so few bytes hold");
    }
    ++nesting_;
    --values_left_;
    absl::Status status = OfKind(types_[id], out);
    --nesting_;
    return status;
  }

  absl::Status OfKind(const Type& type, json* out) {
    switch (type.kind) {
      case TypeKind::kComposite:
        return Fields(type.fields, out);
      case TypeKind::kTuple:
        return Unnamed(type.fields, out);
      case TypeKind::kVariant:
        return OfVariant(type, out);
      case TypeKind::kOption:
        return Option(type, out);
      case TypeKind::kSequence: {
        SN37_ASSIGN_OR_RETURN(const uint32_t length, reader_.Compact32());
        return Items(type.inner, length, out);
      }
      case TypeKind::kArray:
        return Items(type.inner, type.length, out);
      case TypeKind::kInteger: {
        SN37_ASSIGN_OR_RETURN(const absl::string_view bytes,
                              reader_.Bytes(type.bytes));
        if (out != nullptr) *out = Integer(bytes, type.is_signed);
        return absl::OkStatus();
      }
      case TypeKind::kCompact:
        return Compact(type, out);
      case TypeKind::kBool: {
        SN37_ASSIGN_OR_RETURN(const bool value, reader_.Bool());
        if (out != nullptr) *out = value;
        return absl::OkStatus();
      }
      case TypeKind::kChar:
        return Char(out);
      case TypeKind::kText: {
        SN37_ASSIGN_OR_RETURN(const absl::string_view text, reader_.Text());
        if (out != nullptr) *out = std::string(text);
        return absl::OkStatus();
      }
      case TypeKind::kBits:
        return Bits(type, out);
      case TypeKind::kAccount:
        return Account(out);
      case TypeKind::kEra: {
        SN37_ASSIGN_OR_RETURN(const Era era, ReadEra(reader_));
        if (out != nullptr) *out = EraToJson(era);
        return absl::OkStatus();
      }
    }
    return absl::InternalError("a type of no kind");
  }

  absl::Status Fields(const std::vector<Field>& fields, json* out) {
    if (IsTransparent(fields)) return Value(fields[0].type, out);
    if (fields.empty() || fields[0].name.empty()) return Unnamed(fields, out);
    if (out != nullptr) *out = json::object();
    const auto wanted = std::exchange(wanted_, {});
    for (const Field& field : fields) {
      json* value = nullptr;
      if (out != nullptr &&
          (wanted.empty() || absl::c_linear_search(wanted, field.name))) {
        auto& object = out->get_ref<json::object_t&>();
        value = &object.try_emplace(field.name).first->second;
      }
      absl::Status status = Value(field.type, value);
      if (!status.ok()) return path_.InField(std::move(status), field.name);
    }
    return absl::OkStatus();
  }

  absl::Status Unnamed(const std::vector<Field>& fields, json* out) {
    json::array_t* array = Array(fields.size(), out);
    for (size_t i = 0; i < fields.size(); ++i) {
      absl::Status status = Value(fields[i].type, Next(array));
      if (!status.ok()) return path_.InItem(std::move(status), i);
    }
    return absl::OkStatus();
  }

  absl::Status OfVariant(const Type& type, json* out) {
    SN37_ASSIGN_OR_RETURN(const uint8_t index, reader_.Fixed<uint8_t>());
    const Variant* variant = FindVariant(type, index);
    if (variant == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no variant ", index));
    }
    if (variant->fields.empty()) {
      if (out != nullptr) *out = variant->name;
      return absl::OkStatus();
    }
    absl::Status status = Fields(
        variant->fields, out == nullptr ? nullptr : &(*out)[variant->name]);
    if (!status.ok()) return path_.InField(std::move(status), variant->name);
    return absl::OkStatus();
  }

  absl::Status Option(const Type& type, json* out) {
    SN37_ASSIGN_OR_RETURN(const bool some, reader_.Bool());
    if (!some) return absl::OkStatus();
    SN37_RETURN_IF_ERROR(Value(type.inner, out));
    if (out != nullptr && (out->is_null() || IsSome(*out)) &&
        IsNullable(types_, type.inner)) {
      *out = json::object({{"Some", std::move(*out)}});
    }
    return absl::OkStatus();
  }

  absl::Status Items(TypeId inner, uint32_t count, json* out) {
    if (IsByte(types_[inner])) {
      SN37_ASSIGN_OR_RETURN(const absl::string_view bytes,
                            reader_.Bytes(count));
      if (out != nullptr) *out = ToHex(bytes);
      return absl::OkStatus();
    }
    json::array_t* array = Array(count, out);
    for (uint32_t i = 0; i < count; ++i) {
      absl::Status status = Value(inner, Next(array));
      if (!status.ok()) return path_.InItem(std::move(status), i);
    }
    return absl::OkStatus();
  }

  // An empty one in `out`, and where its next item goes; null for null.
  static json::array_t* Array(size_t expected, json* out) {
    if (out == nullptr) return nullptr;
    *out = json::array();
    auto* array = out->get_ptr<json::array_t*>();
    array->reserve(std::min(expected, kMaxReserved));
    return array;
  }
  static json* Next(json::array_t* array) {
    return array == nullptr ? nullptr : &array->emplace_back();
  }

  static json Integer(absl::string_view bytes, bool is_signed) {
    if (bytes.size() > 4) return DecimalFromBytes(bytes, is_signed);
    uint32_t bits = 0;
    for (size_t i = bytes.size(); i-- > 0;) {
      bits = bits << 8 | static_cast<uint8_t>(bytes[i]);
    }
    if (!is_signed) return bits;
    // Shifted up and back, so that the sign fills the bits above it.
    const int unused = static_cast<int>(8 * (4 - bytes.size()));
    return static_cast<int32_t>(bits << unused) >> unused;
  }

  absl::Status Compact(const Type& type, json* out) {
    SN37_ASSIGN_OR_RETURN(const absl::uint128 value,
                          reader_.Compact(type.bytes));
    if (out == nullptr) return absl::OkStatus();
    if (type.bytes <= 4) {
      *out = static_cast<uint32_t>(value);
    } else if (type.bytes == 8) {
      *out = absl::StrCat(absl::Uint128Low64(value));
    } else {
      std::string bytes;
      AppendFixed(value, type.bytes, bytes);
      *out = DecimalFromBytes(bytes, false);
    }
    return absl::OkStatus();
  }

  absl::Status Char(json* out) {
    SN37_ASSIGN_OR_RETURN(const uint32_t code, reader_.Fixed<uint32_t>());
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no character ", code));
    }
    if (out != nullptr) *out = code;
    return absl::OkStatus();
  }

  // Bits beyond the last one are zero.
  absl::Status Bits(const Type& type, json* out) {
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
    if (out != nullptr) *out = std::move(text);
    return absl::OkStatus();
  }

  absl::Status Account(json* out) {
    AccountId account;
    SN37_ASSIGN_OR_RETURN(const absl::string_view bytes,
                          reader_.Bytes(account.size()));
    std::copy(bytes.begin(), bytes.end(), account.begin());
    if (out != nullptr) *out = EncodeSs58(account);
    return absl::OkStatus();
  }

  const TypeRegistry& types_;
  ScaleReader& reader_;
  absl::Span<const absl::string_view> wanted_;
  size_t values_left_;
  int nesting_ = 0;
  ValuePath path_;
};

}  // namespace

absl::StatusOr<json> DecodeValue(const TypeRegistry& types, TypeId id,
                                 ScaleReader& reader) {
  return Decoder(types, reader, {}).Root(id);
}

absl::StatusOr<json> DecodeValue(const TypeRegistry& types, TypeId id,
                                 absl::string_view bytes,
                                 absl::Span<const absl::string_view> fields) {
  ScaleReader reader(bytes);
  SN37_ASSIGN_OR_RETURN(json value, Decoder(types, reader, fields).Root(id));
  SN37_RETURN_IF_ERROR(ValuePath().Annotate(reader.ExpectEnd(), types[id]));
  return value;
}

std::string ToHex(absl::string_view bytes) {
  return absl::StrCat("0x", absl::BytesToHexString(bytes));
}

}  // namespace sn37::chain
