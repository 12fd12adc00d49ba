// SS58: how Substrate chains write a public key as text.
//
//   EncodeSs58(alice)  // "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
//
// base58(prefix ‖ 32-byte key ‖ checksum), where the prefix names the network
// and takes one byte below 64, else two, and the checksum is the first two
// bytes of blake2b-512("SS58PRE" ‖ prefix ‖ key). Pure functions; safe from any
// thread.
#ifndef CHAIN_CODEC_SS58_H_
#define CHAIN_CODEC_SS58_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::chain {

// A public key, which is also the account's id on the chain.
using AccountId = std::array<uint8_t, 32>;

// The prefix of Bittensor, and of Substrate chains that have none of their own.
inline constexpr uint16_t kSs58Prefix = 42;
inline constexpr uint16_t kMaxSs58Prefix = 16383;

// REQUIRES: prefix <= kMaxSs58Prefix.
std::string EncodeSs58(const AccountId& account, uint16_t prefix = kSs58Prefix);

// The account of an address with exactly this prefix. kInvalidArgument, saying
// why, for everything else: another network's address, a wrong checksum or
// length, or a character (a space or line end too) that base58 does not have.
absl::StatusOr<AccountId> DecodeSs58(absl::string_view address,
                                     uint16_t prefix = kSs58Prefix);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_SS58_H_
