#include "chain/keys/keypair.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "chain/keys/crates_call.h"
#include "chain/keys/mnemonic.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"
#include "tools/deps/crates/sn37_crates.h"

namespace sn37::chain {
namespace {

constexpr absl::string_view kDevelopmentPhrase =
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
constexpr size_t kSeedBytes = 32;
constexpr size_t kSecretKeyBytes = 64;
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

absl::StatusOr<Secret> SeedOf(const SecretUri& uri) {
  absl::StatusOr<Secret> seed =
      absl::StartsWith(uri.phrase, "0x")
          ? SecretFromHex(uri.phrase, kSeedBytes)
          : SeedFromMnemonic(uri.phrase, uri.password);
  if (!seed.ok()) return Annotate(seed.status(), "secret URI");
  return seed;
}

absl::StatusOr<Secret> Expand(const Secret& seed) {
  if (seed.size() != kSeedBytes) {
    return absl::InvalidArgumentError("a seed has 32 bytes");
  }
  SN37_ASSIGN_OR_RETURN(Secret secret_key, Secret::New(kSecretKeyBytes));
  SN37_RETURN_IF_ERROR(CallCrates([&](Sn37Bytes* error) {
    return sn37_sr25519_from_seed(seed.data(), secret_key.data(), error);
  }));
  return secret_key;
}

absl::StatusOr<Secret> Derive(const Secret& parent, const Junction& junction) {
  SN37_ASSIGN_OR_RETURN(Secret child, Secret::New(kSecretKeyBytes));
  const std::array<uint8_t, 32> code = ChainCode(junction.name);
  SN37_RETURN_IF_ERROR(CallCrates([&](Sn37Bytes* error) {
    return sn37_sr25519_derive(parent.data(), code.data(), junction.hard,
                               child.data(), error);
  }));
  return child;
}

}  // namespace

absl::StatusOr<Keypair> Keypair::FromUri(absl::string_view uri) {
  SN37_ASSIGN_OR_RETURN(const SecretUri parsed, Parse(uri));
  SN37_ASSIGN_OR_RETURN(const Secret seed, SeedOf(parsed));
  SN37_ASSIGN_OR_RETURN(Secret secret_key, Expand(seed));
  for (const Junction& junction : parsed.junctions) {
    SN37_ASSIGN_OR_RETURN(secret_key, Derive(secret_key, junction));
  }
  return FromSecretKey(std::move(secret_key));
}

absl::StatusOr<Keypair> Keypair::FromSeed(const Secret& seed) {
  SN37_ASSIGN_OR_RETURN(Secret secret_key, Expand(seed));
  return FromSecretKey(std::move(secret_key));
}

absl::StatusOr<Keypair> Keypair::FromSecretKey(Secret secret_key) {
  if (secret_key.size() != kSecretKeyBytes) {
    return absl::InvalidArgumentError("a secret key has 64 bytes");
  }
  AccountId public_key;
  SN37_RETURN_IF_ERROR(CallCrates([&](Sn37Bytes* error) {
    return sn37_sr25519_public(secret_key.data(), public_key.data(), error);
  }));
  sodium_mprotect_readonly(secret_key.data());
  return Keypair(std::move(secret_key), public_key);
}

absl::StatusOr<Signature> Keypair::Sign(absl::string_view message) const {
  Signature signature;
  SN37_RETURN_IF_ERROR(CallCrates([&](Sn37Bytes* error) {
    return sn37_sr25519_sign(secret_key_.data(), CratesView(message),
                             signature.data(), error);
  }));
  return signature;
}

bool VerifySignature(const AccountId& public_key, absl::string_view message,
                     absl::string_view signature) {
  return sn37_sr25519_verify(public_key.data(), CratesView(message),
                             CratesView(signature)) == 1;
}

}  // namespace sn37::chain
