#include "chain/codec/scale.h"

#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

// Compacts of mode 0, 1 and 2 hold 6, 14 and 30 bits after the two of the mode;
// mode 3 holds a count of bytes, less 4, and then these.
constexpr uint32_t kModeBits = 2;
constexpr uint32_t kBigMode = 3;
constexpr size_t kBigModeLeast = 4;

absl::Status NotCanonical() {
  return absl::InvalidArgumentError("a compact is not in its shortest form");
}

size_t BytesOf(absl::uint128 value) {
  size_t bytes = 0;
  for (; value != 0; value >>= 8) ++bytes;
  return bytes;
}

}  // namespace

absl::StatusOr<absl::string_view> ScaleReader::Bytes(size_t count) {
  if (count > rest_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "needs ", count, " bytes where ", rest_.size(), " are left"));
  }
  const absl::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

absl::StatusOr<bool> ScaleReader::Bool() {
  SN37_ASSIGN_OR_RETURN(const uint8_t byte, Fixed<uint8_t>());
  if (byte > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("a bool is 0 or 1, not ", byte));
  }
  return byte == 1;
}

absl::StatusOr<absl::uint128> ScaleReader::Compact(size_t max_bytes) {
  if (rest_.empty()) return Bytes(1).status();
  const uint8_t first = static_cast<uint8_t>(rest_[0]);
  const uint32_t mode = first & kBigMode;
  if (mode == kBigMode) {
    rest_.remove_prefix(1);
    return BigCompact((first >> kModeBits) + kBigModeLeast, max_bytes);
  }
  const size_t count = size_t{1} << mode;
  SN37_ASSIGN_OR_RETURN(const absl::string_view bytes, Bytes(count));
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;) {
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  }
  value >>= kModeBits;
  // What half the bytes could hold has no business here.
  if (mode > 0 && value >> (4 * count - kModeBits) == 0) return NotCanonical();
  if (max_bytes < sizeof(value) && value >> 8 * max_bytes != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a compact above ", max_bytes, " bytes"));
  }
  return value;
}

absl::StatusOr<absl::uint128> ScaleReader::BigCompact(size_t count,
                                                      size_t max_bytes) {
  if (count > max_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a compact of ", count, " bytes where ", max_bytes, " fit"));
  }
  SN37_ASSIGN_OR_RETURN(const absl::string_view bytes, Bytes(count));
  absl::uint128 value = 0;
  for (size_t i = count; i-- > 0;) {
    value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  }
  if (value >> 30 == 0 || bytes.back() == '\0') return NotCanonical();
  return value;
}

absl::StatusOr<uint32_t> ScaleReader::Compact32() {
  SN37_ASSIGN_OR_RETURN(const absl::uint128 value, Compact(sizeof(uint32_t)));
  return static_cast<uint32_t>(value);
}

absl::StatusOr<absl::string_view> ScaleReader::LengthAndBytes() {
  SN37_ASSIGN_OR_RETURN(const uint32_t length, Compact32());
  return Bytes(length);
}

absl::StatusOr<absl::string_view> ScaleReader::Text() {
  SN37_ASSIGN_OR_RETURN(const absl::string_view text, LengthAndBytes());
  if (!IsValidUtf8(text)) {
    return absl::InvalidArgumentError("a text is not UTF-8");
  }
  return text;
}

absl::Status ScaleReader::ExpectEnd() const {
  if (rest_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(rest_.size(), " bytes are left over"));
}

void AppendFixed(absl::uint128 value, size_t bytes, std::string& out) {
  for (size_t i = 0; i < bytes; ++i, value >>= 8) {
    out.push_back(static_cast<char>(absl::Uint128Low64(value)));
  }
}

void AppendCompact(absl::uint128 value, std::string& out) {
  for (uint32_t mode = 0; mode < kBigMode; ++mode) {
    const size_t bytes = size_t{1} << mode;
    if (value >> (8 * bytes - kModeBits) == 0) {
      AppendFixed((value << kModeBits) | mode, bytes, out);
      return;
    }
  }
  const size_t bytes = BytesOf(value);
  AppendFixed(((bytes - kBigModeLeast) << kModeBits) | kBigMode, 1, out);
  AppendFixed(value, bytes, out);
}

void AppendLengthAndBytes(absl::string_view bytes, std::string& out) {
  AppendCompact(bytes.size(), out);
  out.append(bytes.data(), bytes.size());
}

}  // namespace sn37::chain
