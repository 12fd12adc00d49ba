// Signed calls, as the chain takes them (extrinsics of version 4).
//
//   SN37_ASSIGN_OR_RETURN(std::string call, EncodeCall(metadata, json));
//   SN37_ASSIGN_OR_RETURN(std::string extrinsic,
//                         SignExtrinsic(metadata, call, {.nonce = 7, …}, key));
//
//   extrinsic  length ‖ 0x84 ‖ address ‖ signature ‖ extra ‖ call
//   payload    call ‖ extra ‖ additional; what is signed is the payload, or
//              its Blake2-256 where it is above 256 bytes
//
// Extra and additional are made of the metadata's signed extensions, each in
// its turn. One that is not known here and has bytes is an error and not a
// guess. Pure functions; safe from any thread.
#ifndef CHAIN_CODEC_EXTRINSIC_H_
#define CHAIN_CODEC_EXTRINSIC_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/codec/era.h"
#include "chain/codec/metadata.h"
#include "chain/keys/keypair.h"
#include "sn37/base/json.h"

namespace sn37::chain {

using BlockHash = std::array<uint8_t, 32>;

// What the signature covers besides the call.
struct ExtrinsicTerms {
  uint32_t spec_version = 0;
  uint32_t transaction_version = 0;
  BlockHash genesis_hash = {};
  Era era;
  BlockHash era_hash = {};  // of the era's birth; the genesis if immortal
  uint64_t nonce = 0;
  absl::uint128 tip = 0;
};

// A call's bytes: from {"Pallet": {"function": {"argument": …}}}, from
// {"module": "Pallet", "function": …, "params": {…}}, or from its own bytes as
// "0x…", which are checked.
absl::StatusOr<std::string> EncodeCall(const Metadata& metadata,
                                       const nlohmann::json& call);

// spec_version and transaction_version of the metadata's runtime (its constant
// System.Version).
struct RuntimeVersion {
  uint32_t spec = 0;
  uint32_t transaction = 0;
};
absl::StatusOr<RuntimeVersion> VersionOf(const Metadata& metadata);

// The whole payload, however long.
absl::StatusOr<std::string> SigningPayload(const Metadata& metadata,
                                           absl::string_view call,
                                           const ExtrinsicTerms& terms);

// What a key signs of it.
std::string SignedBytes(absl::string_view payload);

// The extrinsic around an sr25519 signature. Its hash is its Blake2-256.
absl::StatusOr<std::string> AssembleExtrinsic(const Metadata& metadata,
                                              absl::string_view call,
                                              const ExtrinsicTerms& terms,
                                              const AccountId& signer,
                                              const Signature& signature);

absl::StatusOr<std::string> SignExtrinsic(const Metadata& metadata,
                                          absl::string_view call,
                                          const ExtrinsicTerms& terms,
                                          const Keypair& signer);

// An extrinsic out of a block: {"call": …} and, where it is signed, "address",
// "signature" and "extra": {extension: value} of those that have one. Also
// takes what blocks hold unsigned, of versions 4 and 5.
absl::StatusOr<nlohmann::json> DecodeExtrinsic(const Metadata& metadata,
                                               absl::string_view bytes);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_EXTRINSIC_H_
