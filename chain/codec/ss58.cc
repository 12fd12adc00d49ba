#include "chain/codec/ss58.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "sodium.h"

namespace sn37::chain {
namespace {

// Inlined, because a metagraph has a thousand addresses.
using Bytes = absl::InlinedVector<uint8_t, 64>;

constexpr absl::string_view kAlphabet =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr size_t kChecksumBytes = 2;
// 36 bytes take at most 50 characters.
constexpr size_t kMaxAddressLength = 50;

constexpr uint64_t Power(uint64_t base, int exponent) {
  return exponent == 0 ? 1 : base * Power(base, exponent - 1);
}

// Base conversion by long division, most significant digit first: kTaken digits
// of the one at once, and kGiven of the other. Leading zeros are kept digit for
// digit.
template <uint64_t kFrom, int kTaken, uint64_t kTo, int kGiven>
Bytes ConvertBase(const Bytes& digits) {
  constexpr uint64_t kGroup = Power(kFrom, kTaken), kPlace = Power(kTo, kGiven);
  static_assert(kGroup <= uint64_t{1} << 32 && kPlace <= uint64_t{1} << 32);
  absl::InlinedVector<uint64_t, 16> places;  // least significant first
  size_t taken = 0;
  for (size_t end = digits.size() % kTaken; end <= digits.size();
       end += kTaken) {
    uint64_t carry = 0;
    for (; taken < end; ++taken) carry = carry * kFrom + digits[taken];
    for (uint64_t& place : places) {
      carry += place * kGroup;
      place = carry % kPlace;
      carry /= kPlace;
    }
    for (; carry > 0; carry /= kPlace) places.push_back(carry % kPlace);
  }
  Bytes result;
  for (uint64_t place : places) {
    for (int i = 0; i < kGiven; ++i, place /= kTo) {
      result.push_back(static_cast<uint8_t>(place % kTo));
    }
  }
  while (!result.empty() && result.back() == 0) result.pop_back();
  const auto first = std::find_if(digits.begin(), digits.end(),
                                  [](uint8_t digit) { return digit != 0; });
  result.insert(result.end(), first - digits.begin(), 0);
  std::reverse(result.begin(), result.end());
  return result;
}

// One byte below 64; else 14 bits spread over two bytes, the first of which is
// 64 to 127.
Bytes PrefixBytes(uint16_t prefix) {
  if (prefix < 64) return {static_cast<uint8_t>(prefix)};
  return {static_cast<uint8_t>(((prefix & 0xfc) >> 2) | 0x40),
          static_cast<uint8_t>((prefix >> 8) | ((prefix & 3) << 6))};
}

Bytes Checksum(const Bytes& payload) {
  constexpr absl::string_view kContext = "SS58PRE";
  Bytes input(kContext.begin(), kContext.end());
  input.insert(input.end(), payload.begin(), payload.end());
  Bytes hash(64);
  crypto_generichash(hash.data(), hash.size(), input.data(), input.size(),
                     nullptr, 0);
  hash.resize(kChecksumBytes);
  return hash;
}

absl::Status NotAnAddress(absl::string_view address, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", Printable(address.substr(0, kMaxAddressLength)),
                   "\" is no address of this network: ", reason));
}

absl::StatusOr<Bytes> Base58Digits(absl::string_view address) {
  if (address.empty()) return NotAnAddress(address, "it is empty");
  if (address.size() > kMaxAddressLength) {
    return NotAnAddress(address, "it is too long");
  }
  Bytes digits;
  for (const char c : address) {
    const size_t digit = kAlphabet.find(c);
    if (digit == absl::string_view::npos) {
      return NotAnAddress(address, "it has a character that base58 has not");
    }
    digits.push_back(static_cast<uint8_t>(digit));
  }
  return digits;
}

}  // namespace

std::string EncodeSs58(const AccountId& account, uint16_t prefix) {
  SN37_CHECK(prefix <= kMaxSs58Prefix) << prefix;
  Bytes bytes = PrefixBytes(prefix);
  bytes.insert(bytes.end(), account.begin(), account.end());
  const Bytes checksum = Checksum(bytes);
  bytes.insert(bytes.end(), checksum.begin(), checksum.end());
  std::string address;
  for (const uint8_t digit : ConvertBase<256, 4, 58, 5>(bytes)) {
    address.push_back(kAlphabet[digit]);
  }
  return address;
}

absl::StatusOr<AccountId> DecodeSs58(absl::string_view address,
                                     uint16_t prefix) {
  SN37_ASSIGN_OR_RETURN(const Bytes digits, Base58Digits(address));
  Bytes bytes = ConvertBase<58, 5, 256, 4>(digits);
  const Bytes wanted = PrefixBytes(prefix);
  AccountId account;
  if (bytes.size() != wanted.size() + account.size() + kChecksumBytes) {
    return NotAnAddress(address, "it has the wrong length");
  }
  const Bytes checksum(bytes.end() - kChecksumBytes, bytes.end());
  bytes.resize(bytes.size() - kChecksumBytes);
  if (checksum != Checksum(bytes)) {
    return NotAnAddress(address, "its checksum is wrong; was it mistyped?");
  }
  if (!std::equal(wanted.begin(), wanted.end(), bytes.begin())) {
    return NotAnAddress(address,
                        absl::StrCat("its network is not number ", prefix));
  }
  std::copy(bytes.begin() + wanted.size(), bytes.end(), account.begin());
  return account;
}

}  // namespace sn37::chain
