// TypeRegistry::Find: types as people write them, by recursive descent.
//
//   type   = number | tuple | array | path [ '<' type {',' type} '>' ]
//   tuple  = '(' [ type {',' type} [','] ] ')'
//   array  = '[' type ';' number ']'
//   path   = name { '::' name }
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "chain/codec/types.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

constexpr int kMaxNesting = 32;
constexpr size_t kMaxTextBytes = 4096;

Type OfKind(TypeKind kind, TypeId inner = 0) {
  Type type;
  type.kind = kind;
  type.inner = inner;
  return type;
}

Type Integer(size_t bytes, bool is_signed) {
  Type type = OfKind(TypeKind::kInteger);
  type.bytes = bytes;
  type.is_signed = is_signed;
  return type;
}

Type Tuple(const std::vector<TypeId>& items) {
  Type type = OfKind(TypeKind::kTuple);
  for (const TypeId item : items) type.fields.push_back({"", item});
  return type;
}

// The types with plain names.
absl::StatusOr<Type> Named(absl::string_view name) {
  for (const size_t bytes : {1, 2, 4, 8, 16, 32}) {
    if (name == absl::StrCat("u", 8 * bytes)) return Integer(bytes, false);
    if (name == absl::StrCat("i", 8 * bytes)) return Integer(bytes, true);
  }
  if (name == "bool") return OfKind(TypeKind::kBool);
  if (name == "char") return OfKind(TypeKind::kChar);
  if (name == "str" || name == "String" || name == "Text") {
    return OfKind(TypeKind::kText);
  }
  return absl::NotFoundError(
      absl::StrCat("there is no type \"", Printable(name), "\""));
}

class Parser {
 public:
  Parser(TypeRegistry& registry, absl::string_view text)
      : registry_(registry), text_(text), rest_(text) {}

  absl::StatusOr<TypeId> Whole() {
    SN37_ASSIGN_OR_RETURN(const TypeId id, ReadType());
    SkipSpace();
    if (!rest_.empty()) return Wrong("the end");
    return id;
  }

 private:
  absl::StatusOr<TypeId> ReadType() {
    if (++nesting_ > kMaxNesting) return Wrong("a type less deeply nested");
    SkipSpace();
    absl::StatusOr<TypeId> id;
    if (Take("(")) {
      id = ReadTuple();
    } else if (Take("[")) {
      id = ReadArray();
    } else if (!rest_.empty() && absl::ascii_isdigit(rest_[0])) {
      id = ReadTypeNumber();
    } else {
      id = ReadName();
    }
    --nesting_;
    return id;
  }

  absl::StatusOr<TypeId> ReadTuple() {
    SN37_ASSIGN_OR_RETURN(const std::vector<TypeId> items, ReadList(")"));
    return registry_.Add(Tuple(items));
  }

  absl::StatusOr<TypeId> ReadArray() {
    SN37_ASSIGN_OR_RETURN(const TypeId item, ReadType());
    if (!Take(";")) return Wrong("';'");
    Type type = OfKind(TypeKind::kArray, item);
    SN37_ASSIGN_OR_RETURN(type.length, ReadNumber());
    if (!Take("]")) return Wrong("']'");
    return registry_.Add(std::move(type));
  }

  absl::StatusOr<TypeId> ReadTypeNumber() {
    SN37_ASSIGN_OR_RETURN(const uint32_t id, ReadNumber());
    if (id < registry_.size()) return id;
    return absl::NotFoundError(absl::StrCat("there is no type ", id,
                                            "; there are ", registry_.size()));
  }

  absl::StatusOr<TypeId> ReadName() {
    const absl::string_view name = TakeWhile(
        [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == ':'; });
    if (name.empty()) return Wrong("a type");
    if (!Take("<")) return Plain(name);
    if (name == "BitVec") return ReadBits();
    SN37_ASSIGN_OR_RETURN(const std::vector<TypeId> params, ReadList(">"));
    return Generic(name, params);
  }

  // Types up to `close`, separated by commas.
  absl::StatusOr<std::vector<TypeId>> ReadList(absl::string_view close) {
    std::vector<TypeId> items;
    while (!Take(close)) {
      if (!items.empty() && !Take(",")) return Wrong("',' or the end of it");
      if (!items.empty() && Take(close)) break;
      SN37_ASSIGN_OR_RETURN(const TypeId item, ReadType());
      items.push_back(item);
    }
    return items;
  }

  absl::StatusOr<TypeId> ReadBits() {
    SN37_ASSIGN_OR_RETURN(const TypeId unit, ReadType());
    Type type = OfKind(TypeKind::kBits, unit);
    type.bytes = registry_[unit].bytes;
    if (registry_[unit].kind != TypeKind::kInteger || type.bytes > 8 ||
        !Take(",")) {
      return Wrong("BitVec<u8, Lsb0>");
    }
    const absl::string_view order = TakeWhile(absl::ascii_isalnum);
    type.msb_first = order == "Msb0";
    if ((order != "Lsb0" && !type.msb_first) || !Take(">")) {
      return Wrong("Lsb0> or Msb0>");
    }
    return registry_.Add(std::move(type));
  }

  absl::StatusOr<TypeId> Plain(absl::string_view name) {
    if (name == "Bytes") {
      return registry_.Add(
          OfKind(TypeKind::kSequence, registry_.Add(Integer(1, false))));
    }
    absl::StatusOr<Type> type = Named(name);
    if (type.ok()) return registry_.Add(*std::move(type));
    const std::vector<TypeId> found = registry_.WithPath(name);
    if (found.empty()) return type.status();
    return OnlyOne(name, found);
  }

  absl::StatusOr<TypeId> Generic(absl::string_view name,
                                 const std::vector<TypeId>& params) {
    std::vector<TypeId> found = registry_.WithPath(name);
    found.erase(std::remove_if(
                    found.begin(), found.end(),
                    [&](TypeId id) { return registry_[id].params != params; }),
                found.end());
    if (!found.empty()) return OnlyOne(name, found);
    if (params.size() == 1 && name == "Box") return params[0];
    Type type;
    type.params = params;
    if (params.size() == 1 && (name == "Vec" || name == "BTreeSet")) {
      type = OfKind(TypeKind::kSequence, params[0]);
    } else if (params.size() == 1 && name == "Option") {
      type = OfKind(TypeKind::kOption, params[0]);
    } else if (params.size() == 1 && name == "Compact") {
      return Compact(params[0]);
    } else if (params.size() == 2 && name == "Result") {
      type.kind = TypeKind::kVariant;
      type.variants = {{"Ok", 0, {{"", params[0]}}, ""},
                       {"Err", 1, {{"", params[1]}}, ""}};
    } else if (params.size() == 2 && name == "BTreeMap") {
      type = OfKind(TypeKind::kSequence, registry_.Add(Tuple(params)));
    } else {
      return absl::NotFoundError(
          absl::StrCat("there is no type \"", Printable(name), "\" with ",
                       params.size(), " such parameters"));
    }
    return registry_.Add(std::move(type));
  }

  absl::StatusOr<TypeId> Compact(TypeId inner) {
    const Type& integer = registry_[inner];
    if (integer.kind != TypeKind::kInteger || integer.is_signed ||
        integer.bytes > 16) {
      return Wrong("a compact of u8, u16, u32, u64 or u128");
    }
    Type type = OfKind(TypeKind::kCompact, inner);
    type.bytes = integer.bytes;
    return registry_.Add(std::move(type));
  }

  absl::StatusOr<TypeId> OnlyOne(absl::string_view name,
                                 const std::vector<TypeId>& found) {
    if (found.size() == 1) return found[0];
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", Printable(name),
        "\" is the name of several types; write the number of one of them: ",
        absl::StrJoin(found, ", ")));
  }

  absl::StatusOr<uint32_t> ReadNumber() {
    SkipSpace();
    uint32_t number;
    if (!absl::SimpleAtoi(TakeWhile(absl::ascii_isdigit), &number)) {
      return Wrong("a number below 2^32");
    }
    return number;
  }

  template <typename Predicate>
  absl::string_view TakeWhile(Predicate predicate) {
    SkipSpace();
    const size_t size =
        std::find_if_not(rest_.begin(), rest_.end(), predicate) - rest_.begin();
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  bool Take(absl::string_view token) {
    SkipSpace();
    if (!absl::StartsWith(rest_, token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void SkipSpace() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  absl::Status Wrong(absl::string_view wanted) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the type \"", Truncate(Printable(text_), 80), "\" should have ",
        wanted, " at character ", text_.size() - rest_.size() + 1));
  }

  TypeRegistry& registry_;
  const absl::string_view text_;
  absl::string_view rest_;
  int nesting_ = 0;
};

}  // namespace

absl::StatusOr<TypeId> TypeRegistry::Find(absl::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return absl::InvalidArgumentError("the name of the type is too long");
  }
  return Parser(*this, text).Whole();
}

}  // namespace sn37::chain
