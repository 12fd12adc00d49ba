#include "chain/keys/mnemonic.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "chain/keys/crates_call.h"
#include "openssl/evp.h"
#include "openssl/sha.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"
#include "tools/deps/crates/sn37_crates.h"

namespace sn37::chain {
namespace {

constexpr size_t kSeedBytes = 32;
constexpr size_t kMaxEntropyBytes = 32;
constexpr int kWordBits = 11;

constexpr absl::string_view kWords[] = {
#include "tools/deps/bip39/english.inc"
};
static_assert(std::size(kWords) == 1 << kWordBits);

// The word whose bits begin at bit `first` of `bytes`, highest bit first.
absl::string_view WordAt(const uint8_t* bytes, size_t first) {
  int index = 0;
  for (size_t bit = first; bit < first + kWordBits; ++bit) {
    index = 2 * index + (bytes[bit / 8] >> (7 - bit % 8) & 1);
  }
  return kWords[index];
}

}  // namespace

absl::StatusOr<Secret> MnemonicFromEntropy(const Secret& entropy) {
  const size_t size = entropy.size();
  if (size < 16 || size > kMaxEntropyBytes || size % 4 != 0) {
    return absl::InvalidArgumentError(
        "a phrase has 12, 15, 18, 21 or 24 words");
  }
  // The entropy and its hash, of which the first bits are the checksum.
  SN37_ASSIGN_OR_RETURN(Secret bits, Secret::New(size + SHA256_DIGEST_LENGTH));
  std::copy_n(entropy.data(), size, bits.data());
  SHA256(entropy.data(), size, bits.data() + size);

  const size_t end = (8 * size + size / 4) / kWordBits * kWordBits;
  size_t length = 0;
  for (size_t bit = 0; bit < end; bit += kWordBits) {
    length += WordAt(bits.data(), bit).size() + 1;
  }
  SN37_ASSIGN_OR_RETURN(Secret phrase, Secret::New(length - 1));
  uint8_t* next = phrase.data();
  for (size_t bit = 0; bit < end; bit += kWordBits) {
    if (bit > 0) *next++ = ' ';
    const absl::string_view word = WordAt(bits.data(), bit);
    next = std::copy(word.begin(), word.end(), next);
  }
  return phrase;
}

absl::StatusOr<Secret> NewMnemonic(int words) {
  if (words < 12 || words > 24 || words % 3 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a phrase has 12, 15, 18, 21 or 24 words, not ", words));
  }
  SN37_ASSIGN_OR_RETURN(Secret entropy, Secret::New(words / 3 * 4));
  randombytes_buf(entropy.data(), entropy.size());
  return MnemonicFromEntropy(entropy);
}

absl::StatusOr<Secret> MnemonicEntropy(absl::string_view phrase) {
  SN37_ASSIGN_OR_RETURN(Secret entropy, Secret::New(kMaxEntropyBytes));
  size_t size = 0;
  SN37_RETURN_IF_ERROR(CallCrates([&](Sn37Bytes* error) {
    return sn37_bip39_entropy(CratesView(phrase), entropy.data(), &size, error);
  }));
  return Secret::Copy(entropy.view().substr(0, size));
}

absl::StatusOr<Secret> SeedFromMnemonic(absl::string_view phrase,
                                        absl::string_view password) {
  SN37_ASSIGN_OR_RETURN(const Secret entropy, MnemonicEntropy(phrase));
  constexpr absl::string_view kSalt = "mnemonic";
  SN37_ASSIGN_OR_RETURN(Secret salt,
                        Secret::New(kSalt.size() + password.size()));
  std::copy(password.begin(), password.end(),
            std::copy(kSalt.begin(), kSalt.end(), salt.data()));
  // The first half of PBKDF2's 64 bytes, which one block gives alone.
  SN37_ASSIGN_OR_RETURN(Secret seed, Secret::New(kSeedBytes));
  const int done =
      PKCS5_PBKDF2_HMAC(entropy.view().data(), static_cast<int>(entropy.size()),
                        salt.data(), static_cast<int>(salt.size()),
                        /*iter=*/2048, EVP_sha512(), kSeedBytes, seed.data());
  if (done != 1) return absl::InternalError("libcrypto has no PBKDF2");
  return seed;
}

}  // namespace sn37::chain
