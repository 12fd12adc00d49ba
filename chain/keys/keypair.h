// An sr25519 key pair from a secret URI, as subkey and the official clients
// read one.
//
//   SN37_ASSIGN_OR_RETURN(chain::Keypair miner,
//                         chain::Keypair::FromUri("//demo/miner1"));
//   miner.address()  // "5…"
//
// A secret URI is  phrase  (/soft | //hard)*  [///password]:
//   phrase    12 to 24 English BIP-39 words, or 0x and a 32-byte seed in hex.
//             Without one the development phrase is used, which everybody
//             knows: such keys are for the local ledger only.
//   junction  a name, or a decimal number below 2^64, that derives a child key
//   password  makes the words another seed; no effect on a 0x seed
//
// The secret lies in memory that is locked against swapping where the system's
// limit allows it, surrounded by guard pages, and wiped when it goes.
#ifndef CHAIN_KEYS_KEYPAIR_H_
#define CHAIN_KEYS_KEYPAIR_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/codec/ss58.h"

namespace sn37::chain {

using Signature = std::array<uint8_t, 64>;

// Move-only; a moved-from pair may only be destroyed or assigned to. Const
// methods may be called from any thread.
class Keypair {
 public:
  // kInvalidArgument for a URI that is none; the message never quotes it. An
  // empty URI is refused, though subkey takes it for the development phrase:
  // an unset variable must not become a key that everybody knows. The caller
  // wipes `uri`.
  static absl::StatusOr<Keypair> FromUri(absl::string_view uri);

  const AccountId& public_key() const { return public_key_; }
  // The public key in SS58 with prefix 42.
  std::string address() const { return EncodeSs58(public_key_); }

  // A signature in the context "substrate". Randomised: no two are alike.
  absl::StatusOr<Signature> Sign(absl::string_view message) const;

 private:
  struct WipeAndFree {
    void operator()(uint8_t* secret) const;
  };
  using Secret = std::unique_ptr<uint8_t[], WipeAndFree>;

  Keypair(Secret secret, const AccountId& public_key)
      : secret_(std::move(secret)), public_key_(public_key) {}

  static absl::StatusOr<Secret> NewSecret();
  // `secret` (64 bytes) of the part of a URI before its first junction.
  static absl::Status FromPhrase(absl::string_view phrase,
                                 absl::string_view password, uint8_t* secret);
  // Replaces `secret` by its child's.
  static absl::Status Derive(absl::string_view junction, bool hard,
                             uint8_t* secret);

  Secret secret_;  // 64 bytes, as schnorrkel writes them
  AccountId public_key_;
};

// Whether `signature` (any bytes) is the key's on `message`, in the context
// "substrate".
bool VerifySignature(const AccountId& public_key, absl::string_view message,
                     absl::string_view signature);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_KEYPAIR_H_
