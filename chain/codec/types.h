// The types of a runtime: what its metadata describes, and what one can write
// in Rust from these.
//
//   SN37_ASSIGN_OR_RETURN(TypeId id, types.Find("Vec<(u16, u16)>"));
//   const Type& type = types[id];       // kSequence of types[type.inner]
#ifndef CHAIN_CODEC_TYPES_H_
#define CHAIN_CODEC_TYPES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::chain {

// An index into a registry.
using TypeId = uint32_t;

// What a type is made of. Where the chain has a type of its own for something
// that people write in one piece (an account, an era, a 256-bit integer), it is
// a kind of its own here, though the metadata only shows its parts.
enum class TypeKind {
  kComposite,  // fields; a struct
  kTuple,      // fields without names; the unit where there are none
  kVariant,    // variants; an enum
  kOption,     // inner
  kSequence,   // inner
  kArray,      // inner, length times
  kInteger,    // bytes, is_signed
  kBool,
  kChar,
  kText,
  kCompact,  // inner, an integer (inside of structs, perhaps) of `bytes`
  kBits,     // in units of `bytes`, the highest bit first where msb_first
  kAccount,  // 32 bytes, shown as SS58
  kEra,      // see era.h
};

struct Field {
  std::string name;  // empty in a tuple or a struct of that kind
  TypeId type = 0;
};

struct Variant {
  std::string name;
  uint8_t index = 0;  // its first byte
  std::vector<Field> fields;
  std::string docs;  // lines of the runtime's own documentation
};

struct Type {
  TypeKind kind = TypeKind::kTuple;
  std::string path;            // "pallet_commitments::types::Data", or empty
  std::vector<TypeId> params;  // of a generic type, without those left open
  std::vector<Field> fields;
  std::vector<Variant> variants;  // ascending by index
  TypeId inner = 0;
  uint32_t length = 0;
  size_t bytes = 0;
  bool is_signed = false;
  bool msb_first = false;
};

// Whether a struct or variant of these fields is shown as its only field.
inline bool IsTransparent(const std::vector<Field>& fields) {
  return fields.size() == 1 && fields[0].name.empty();
}

// The variant with that first byte, or null.
const Variant* FindVariant(const Type& type, uint8_t index);

// Const methods may be called from any thread.
class TypeRegistry {
 public:
  TypeRegistry() = default;

  // Checks what a value's reader relies on: every id exists, the names of a
  // type's fields or variants differ and are short, all its fields have names
  // or none, no two variants share an index, compacts are of integers, bits in
  // integers. Types that have a kind of their own get it; what follows from
  // other types (a compact's bytes, the order of bits, whose type is params[0])
  // is filled in, variants are sorted.
  static absl::StatusOr<TypeRegistry> Create(std::vector<Type> types);

  size_t size() const { return types_.size(); }
  // REQUIRES: id < size().
  const Type& operator[](TypeId id) const { return types_[id]; }

  // A type by its number ("284"), its path or the end of it
  // ("pallet_commitments::types::Data", "AccountId32"), or as written in Rust:
  // integers, bool, char, str (String, Text), (A, B), [T; N], Vec, Option,
  // Result, Compact, Box, BTreeMap, BTreeSet, BitVec<u8, Lsb0>, Bytes, and
  // generic types of the metadata with their parameters.
  // kNotFound for a name that is none, kInvalidArgument for what is no type or
  // fits several types, whose numbers the message lists.
  // Adds types that the metadata lacks; the ids of others stay.
  absl::StatusOr<TypeId> Find(absl::string_view text);

  // The type equal to `type`, which has no path; added where there is none.
  TypeId Add(Type type);

  // Whose path is, or ends in, `path`.
  std::vector<TypeId> WithPath(absl::string_view path) const;

 private:
  std::vector<Type> types_;
};

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_TYPES_H_
