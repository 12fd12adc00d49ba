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
// The secret lies in protected memory (secret.h).
#ifndef CHAIN_KEYS_KEYPAIR_H_
#define CHAIN_KEYS_KEYPAIR_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/codec/ss58.h"
#include "chain/keys/secret.h"

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

  // The pair of a 32-byte seed, which is expanded as for Ed25519, and of the
  // 64 bytes of a secret key (scalar and nonce seed, as schnorrkel writes
  // them). kInvalidArgument for another size or a scalar out of range.
  static absl::StatusOr<Keypair> FromSeed(const Secret& seed);
  static absl::StatusOr<Keypair> FromSecretKey(Secret secret_key);

  const AccountId& public_key() const { return public_key_; }
  // The public key in SS58 with prefix 42.
  std::string address() const { return EncodeSs58(public_key_); }

  // A signature in the context "substrate". Randomised: no two are alike.
  absl::StatusOr<Signature> Sign(absl::string_view message) const;

  // 64 bytes, as FromSecretKey takes them; for key files.
  const Secret& secret_key() const { return secret_key_; }

 private:
  Keypair(Secret secret_key, const AccountId& public_key)
      : secret_key_(std::move(secret_key)), public_key_(public_key) {}

  Secret secret_key_;
  AccountId public_key_;
};

// Whether `signature` (any bytes) is the key's on `message`, in the context
// "substrate".
bool VerifySignature(const AccountId& public_key, absl::string_view message,
                     absl::string_view signature);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_KEYPAIR_H_
