#include "chain/codec/integer.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

uint64_t FromLittleEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return value;
}

// In two's complement: inverted, plus one.
void Negate(std::string& bytes) {
  int carry = 1;
  for (char& byte : bytes) {
    carry += static_cast<uint8_t>(~byte);
    byte = static_cast<char>(carry);
    carry >>= 8;
  }
}

bool IsNegative(absl::string_view bytes) {
  return !bytes.empty() && (bytes.back() & 0x80) != 0;
}

bool IsZero(absl::string_view bytes) {
  return bytes.find_first_not_of('\0') == absl::string_view::npos;
}

// Divides by 10^9, shortening `bytes` where it can; returns the remainder.
uint32_t DivideByBillion(std::string& bytes) {
  constexpr uint64_t kBillion = 1'000'000'000;
  uint64_t remainder = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    remainder = remainder << 8 | static_cast<uint8_t>(bytes[i]);
    bytes[i] = static_cast<char>(remainder / kBillion);
    remainder %= kBillion;
  }
  while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();
  return static_cast<uint32_t>(remainder);
}

// bytes × 10 + digit; false where that does not fit.
bool AppendDigit(int digit, std::string& bytes) {
  int carry = digit;
  for (char& byte : bytes) {
    carry += 10 * static_cast<uint8_t>(byte);
    byte = static_cast<char>(carry);
    carry >>= 8;
  }
  return carry == 0;
}

}  // namespace

std::string DecimalFromBytes(absl::string_view bytes, bool is_signed) {
  if (bytes.size() == sizeof(uint64_t)) {  // by far the most frequent
    const uint64_t value = FromLittleEndian(bytes);
    return is_signed ? absl::StrCat(static_cast<int64_t>(value))
                     : absl::StrCat(value);
  }
  std::string left(bytes);
  const bool negative = is_signed && IsNegative(left);
  if (negative) Negate(left);
  std::string text;  // least significant digit first
  do {
    uint32_t digits = DivideByBillion(left);
    for (int i = 0; i < 9 && (digits > 0 || !left.empty()); ++i, digits /= 10) {
      text.push_back(static_cast<char>('0' + digits % 10));
    }
  } while (!left.empty());
  if (text.empty()) text.push_back('0');
  if (negative) text.push_back('-');
  std::reverse(text.begin(), text.end());
  return text;
}

absl::StatusOr<std::string> BytesFromDecimal(absl::string_view text,
                                             size_t width, bool is_signed) {
  const bool negative = absl::StartsWith(text, "-");
  const absl::string_view digits = text.substr(negative ? 1 : 0);
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", Truncate(Printable(text), 40), "\" ", why));
  };
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit)) {
    return refuse("is not a decimal integer");
  }
  const auto too_big = [&] {
    return refuse(
        absl::StrCat("does not fit ", is_signed ? "i" : "u", 8 * width));
  };
  std::string bytes(width, '\0');
  for (const char digit : digits) {
    if (!AppendDigit(digit - '0', bytes)) return too_big();
  }
  if (negative) Negate(bytes);
  const bool looks_negative = is_signed && IsNegative(bytes);
  if (looks_negative != negative && !IsZero(bytes)) return too_big();
  return bytes;
}

}  // namespace sn37::chain
