// Secret phrases: BIP-39's English words, read the way Substrate reads them.
//
//   SN37_ASSIGN_OR_RETURN(chain::Secret phrase, chain::NewMnemonic(12));
//   SN37_ASSIGN_OR_RETURN(chain::Secret seed,
//                         chain::SeedFromMnemonic(phrase.view(), ""));
//
// Words stand for 11 bits each: the entropy and, at the end, one bit of its
// SHA-256 for every 32 bits of it as a checksum. The seed differs from
// BIP-39's: PBKDF2-HMAC-SHA512 runs over the entropy and not over the words
// (substrate-bip39). Pure but for the random numbers; safe from any thread.
#ifndef CHAIN_KEYS_MNEMONIC_H_
#define CHAIN_KEYS_MNEMONIC_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/keys/secret.h"

namespace sn37::chain {

// A fresh phrase of 12, 15, 18, 21 or 24 words; InvalidArgument for another
// number.
absl::StatusOr<Secret> NewMnemonic(int words);

// The phrase of 16, 20, 24, 28 or 32 bytes; InvalidArgument for others.
absl::StatusOr<Secret> MnemonicFromEntropy(const Secret& entropy);

// The entropy of a phrase. kInvalidArgument for an unknown word (by its place),
// another number of words or a wrong checksum; the message never quotes a word.
// The caller wipes what it passed.
absl::StatusOr<Secret> MnemonicEntropy(absl::string_view phrase);

// The 32-byte seed of a phrase and a password (which may be empty).
absl::StatusOr<Secret> SeedFromMnemonic(absl::string_view phrase,
                                        absl::string_view password);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_MNEMONIC_H_
