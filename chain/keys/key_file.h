// The key files of the ecosystem's wallet, as bytes: pure functions. wallet.h
// finds them on disk.
//
//   plain      a flat JSON object: "privateKey" (64 bytes), "secretSeed" (32
//              bytes) and "secretPhrase" where the key has them, "publicKey",
//              "accountId", "ss58Address", and "cryptoType" 1 for sr25519;
//              bytes as 0x and hexadecimal digits
//   encrypted  "$NACL" ‖ nonce (24 bytes) ‖ secretbox (XSalsa20-Poly1305) of
//              the plain form. The box's key is argon2i of the password with
//              libsodium's SENSITIVE limits and one fixed salt, so a password
//              gives the same key for every file.
//   public     the plain form without secrets (coldkeypub.txt)
//
// No message quotes what a file holds but for an address. Safe from any thread.
#ifndef CHAIN_KEYS_KEY_FILE_H_
#define CHAIN_KEYS_KEY_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/keys/keypair.h"
#include "chain/keys/secret.h"

namespace sn37::chain {

inline constexpr size_t kMaxKeyFileBytes = 64 << 10;

// The key of a plain file: of its seed, else its phrase, else its private key.
// kInvalidArgument for a file without any, of another kind of key, or whose
// public key, account or address is not the secret's; kUnimplemented for the
// encryptions of older wallets.
absl::StatusOr<Keypair> ParseKeyFile(absl::string_view plain);

// The account of a plain or public file, by its address, else its public key;
// the secret is not looked at. kInvalidArgument where there is neither or they
// differ.
absl::StatusOr<AccountId> ParsePublicKeyFile(absl::string_view plain);

// The plain file of a phrase without a password; errors as in mnemonic.h.
absl::StatusOr<Secret> KeyFileOfPhrase(absl::string_view phrase);

// The public file of an account.
std::string PublicKeyFile(const AccountId& account);

// Whether the file begins as an encrypted one.
bool IsEncryptedKeyFile(absl::string_view contents);

// The box key of a password: about 3 seconds and 512 MiB of memory.
// kResourceExhausted where there is less.
absl::StatusOr<Secret> KeyFilePasswordKey(absl::string_view password);

// The plain form. kPermissionDenied where the key does not open the box: the
// password is wrong or the file damaged, and nothing can tell which.
absl::StatusOr<Secret> DecryptKeyFile(absl::string_view contents,
                                      const Secret& password_key);

// The encrypted form, with a random nonce.
std::string EncryptKeyFile(absl::string_view plain, const Secret& password_key);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_KEY_FILE_H_
