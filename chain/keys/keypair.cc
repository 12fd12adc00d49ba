#include "chain/keys/keypair.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "openssl/evp.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"
#include "tools/deps/crates/sn37_crates.h"

namespace sn37::chain {
namespace {

constexpr absl::string_view kDevelopmentPhrase =
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
constexpr size_t kSeedBytes = 32;
constexpr size_t kSecretBytes = 64;
constexpr size_t kMaxUriBytes = 4096;

struct Junction {
  absl::string_view name;
  bool hard;
};

// Views into the URI.
struct SecretUri {
  absl::string_view phrase;
  std::vector<Junction> junctions;
  absl::string_view password;
};

Sn37View View(absl::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

absl::Status ToStatus(int32_t code, Sn37Bytes error) {
  if (code == SN37_OK) return absl::OkStatus();
  const std::string message(reinterpret_cast<char*>(error.data), error.size);
  sn37_bytes_free(error);
  return code == SN37_INVALID || code == SN37_LIMIT
             ? absl::InvalidArgumentError(message)
             : absl::InternalError(message);
}

absl::Status InvalidUri(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("secret URI: ", reason));
}

// phrase (/soft | //hard)* [///password]
absl::StatusOr<SecretUri> Parse(absl::string_view uri) {
  if (uri.empty()) return InvalidUri("it is empty");
  if (uri.size() > kMaxUriBytes) return InvalidUri("it is too long");
  SecretUri parsed;
  parsed.phrase = uri.substr(0, uri.find('/'));
  absl::string_view rest = uri.substr(parsed.phrase.size());
  if (parsed.phrase.empty()) parsed.phrase = kDevelopmentPhrase;
  while (!rest.empty()) {
    if (absl::ConsumePrefix(&rest, "///")) {
      parsed.password = rest;
      break;
    }
    const bool hard = absl::ConsumePrefix(&rest, "//");
    if (!hard) absl::ConsumePrefix(&rest, "/");
    const absl::string_view name = rest.substr(0, rest.find('/'));
    if (name.empty()) return InvalidUri("a junction has no name");
    parsed.junctions.push_back({name, hard});
    rest.remove_prefix(name.size());
  }
  if (absl::StrContains(parsed.password, '\n')) {
    return InvalidUri("the password has a line end");
  }
  return parsed;
}

// The SCALE encoding of the name, or of the number it writes, padded with
// zeros; longer ones hashed.
std::array<uint8_t, 32> ChainCode(absl::string_view name) {
  std::string encoded;
  const bool digits = std::all_of(name.begin(), name.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (uint64_t number; digits && absl::SimpleAtoi(name, &number)) {
    for (int i = 0; i < 8; ++i) encoded.push_back(char(number >> (8 * i)));
  } else {
    // A compact length: two low bits 0 and six of length, or 1 and fourteen.
    const size_t length = name.size() << 2;
    if (name.size() < 64) {
      encoded.push_back(char(length));
    } else {
      encoded.push_back(char(length | 1));
      encoded.push_back(char(length >> 8));
    }
    absl::StrAppend(&encoded, name);
  }
  std::array<uint8_t, 32> code = {};
  if (encoded.size() <= code.size()) {
    std::copy(encoded.begin(), encoded.end(), code.begin());
  } else {
    crypto_generichash(code.data(), code.size(),
                       reinterpret_cast<const uint8_t*>(encoded.data()),
                       encoded.size(), nullptr, 0);
  }
  return code;
}

// substrate-bip39: PBKDF2-HMAC-SHA512 over the entropy (not the words, as
// BIP-39 has it), salted with "mnemonic" and the password; the first half.
absl::Status SeedFromWords(absl::string_view words, absl::string_view password,
                           uint8_t* seed) {
  uint8_t entropy[32];
  size_t entropy_bytes = 0;
  Sn37Bytes error = {};
  SN37_RETURN_IF_ERROR(Annotate(
      ToStatus(sn37_bip39_entropy(View(words), entropy, &entropy_bytes, &error),
               error),
      "secret URI"));
  std::string salt = absl::StrCat("mnemonic", password);
  uint8_t stretched[64];
  const int done = PKCS5_PBKDF2_HMAC(
      reinterpret_cast<const char*>(entropy), static_cast<int>(entropy_bytes),
      reinterpret_cast<const uint8_t*>(salt.data()),
      static_cast<int>(salt.size()), /*iter=*/2048, EVP_sha512(),
      sizeof(stretched), stretched);
  std::memcpy(seed, stretched, kSeedBytes);
  sodium_memzero(entropy, sizeof(entropy));
  sodium_memzero(stretched, sizeof(stretched));
  sodium_memzero(salt.data(), salt.size());
  return done == 1 ? absl::OkStatus()
                   : absl::InternalError("libcrypto has no PBKDF2");
}

absl::Status SeedFromHex(absl::string_view hex, uint8_t* seed) {
  size_t size = 0;
  const char* end = nullptr;
  const int done = sodium_hex2bin(seed, kSeedBytes, hex.data(), hex.size(),
                                  nullptr, &size, &end);
  if (done != 0 || size != kSeedBytes || end != hex.data() + hex.size()) {
    return InvalidUri("a seed is 0x and 64 hexadecimal digits");
  }
  return absl::OkStatus();
}

}  // namespace

void Keypair::WipeAndFree::operator()(uint8_t* secret) const {
  sodium_free(secret);  // wipes
}

absl::StatusOr<Keypair::Secret> Keypair::NewSecret() {
  if (sodium_init() < 0) return absl::InternalError("libsodium cannot start");
  Secret secret(static_cast<uint8_t*>(sodium_malloc(kSecretBytes)));
  if (secret == nullptr) {
    return absl::ResourceExhaustedError("no memory for a secret key");
  }
  return secret;
}

absl::Status Keypair::FromPhrase(absl::string_view phrase,
                                 absl::string_view password, uint8_t* secret) {
  SN37_ASSIGN_OR_RETURN(const Secret seed, NewSecret());
  if (absl::ConsumePrefix(&phrase, "0x")) {
    SN37_RETURN_IF_ERROR(SeedFromHex(phrase, seed.get()));
  } else {
    SN37_RETURN_IF_ERROR(SeedFromWords(phrase, password, seed.get()));
  }
  Sn37Bytes error = {};
  return ToStatus(sn37_sr25519_from_seed(seed.get(), secret, &error), error);
}

absl::Status Keypair::Derive(absl::string_view junction, bool hard,
                             uint8_t* secret) {
  SN37_ASSIGN_OR_RETURN(const Secret derived, NewSecret());
  const std::array<uint8_t, 32> code = ChainCode(junction);
  Sn37Bytes error = {};
  SN37_RETURN_IF_ERROR(ToStatus(
      sn37_sr25519_derive(secret, code.data(), hard, derived.get(), &error),
      error));
  std::memcpy(secret, derived.get(), kSecretBytes);
  return absl::OkStatus();
}

absl::StatusOr<Keypair> Keypair::FromUri(absl::string_view uri) {
  SN37_ASSIGN_OR_RETURN(const SecretUri parsed, Parse(uri));
  SN37_ASSIGN_OR_RETURN(Secret secret, NewSecret());
  SN37_RETURN_IF_ERROR(
      FromPhrase(parsed.phrase, parsed.password, secret.get()));
  for (const Junction& junction : parsed.junctions) {
    SN37_RETURN_IF_ERROR(Derive(junction.name, junction.hard, secret.get()));
  }
  sodium_mprotect_readonly(secret.get());
  AccountId public_key;
  Sn37Bytes error = {};
  SN37_RETURN_IF_ERROR(ToStatus(
      sn37_sr25519_public(secret.get(), public_key.data(), &error), error));
  return Keypair(std::move(secret), public_key);
}

absl::StatusOr<Signature> Keypair::Sign(absl::string_view message) const {
  Signature signature;
  Sn37Bytes error = {};
  SN37_RETURN_IF_ERROR(ToStatus(
      sn37_sr25519_sign(secret_.get(), View(message), signature.data(), &error),
      error));
  return signature;
}

bool VerifySignature(const AccountId& public_key, absl::string_view message,
                     absl::string_view signature) {
  return sn37_sr25519_verify(public_key.data(), View(message),
                             View(signature)) == 1;
}

}  // namespace sn37::chain
