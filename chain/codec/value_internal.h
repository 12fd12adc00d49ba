// What decoding and encoding of values share. Private to value.h.
#ifndef CHAIN_CODEC_VALUE_INTERNAL_H_
#define CHAIN_CODEC_VALUE_INTERNAL_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "chain/codec/types.h"
#include "chain/codec/value.h"
#include "sn37/base/text.h"

namespace sn37::chain {

// Lists of these are shown as hex digits.
inline bool IsByte(const Type& type) {
  return type.kind == TypeKind::kInteger && type.bytes == 1 && !type.is_signed;
}

// Whether null is a value of the type: it is an Option, in structs of one
// field perhaps.
inline bool IsNullable(const TypeRegistry& types, TypeId id) {
  for (int i = 0; i < kMaxValueNesting; ++i) {
    const Type& type = types[id];
    if (type.kind == TypeKind::kOption) return true;
    if (type.kind != TypeKind::kComposite || !IsTransparent(type.fields)) break;
    id = type.fields[0].type;
  }
  return false;
}

// Whether this is how a value of an Option in an Option is shown.
inline bool IsSome(const nlohmann::json& value) {
  return value.is_object() && value.size() == 1 && value.contains("Some");
}

// Where the i-th of a kBits type's bits is, as 8 × byte + bit of the byte.
inline size_t BitPosition(const Type& type, size_t i) {
  const size_t unit = 8 * type.bytes;
  return type.msb_first ? i / unit * unit + (unit - 1 - i % unit) : i;
}

// Where in a value an error is: collected from the inside out while the
// functions return, so that values without errors pay nothing.
class ValuePath {
 public:
  // Notes a step and passes `status` on, which is an error.
  absl::Status InField(absl::Status status, absl::string_view name) {
    return In(std::move(status), absl::StrCat(".", name));
  }
  absl::Status InItem(absl::Status status, size_t index) {
    return In(std::move(status), absl::StrCat("[", index, "]"));
  }

  // `status` with the steps before its message, below the name of `type`.
  absl::Status Annotate(const absl::Status& status, const Type& type) const {
    if (status.ok()) return status;
    std::string path = type.path.substr(type.path.rfind(':') + 1);
    if (path.empty()) path = "value";
    for (size_t i = steps_.size(); i-- > 0;) path += steps_[i];
    return absl::Status(status.code(),
                        absl::StrCat(Truncate(Printable(path), kMaxColumns),
                                     ": ", status.message()));
  }

 private:
  static constexpr size_t kMaxColumns = 300;

  absl::Status In(absl::Status status, std::string step) {
    steps_.push_back(std::move(step));
    return status;
  }

  std::vector<std::string> steps_;  // the innermost first
};

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_VALUE_INTERNAL_H_
