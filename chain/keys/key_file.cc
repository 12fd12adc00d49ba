#include "chain/keys/key_file.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "chain/codec/ss58.h"
#include "chain/keys/flat_object.h"
#include "chain/keys/mnemonic.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"

namespace sn37::chain {
namespace {

using Fields = std::map<absl::string_view, FlatValue>;

constexpr absl::string_view kEncrypted = "$NACL";
// What older wallets wrote: Ansible's vault, and Python's Fernet.
constexpr absl::string_view kOldEncrypted[] = {"$ANSIBLE_VAULT", "gAAAAA"};
constexpr uint8_t kSalt[crypto_pwhash_argon2i_SALTBYTES] = {
    0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc,
    0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1};
constexpr size_t kNonceBytes = crypto_secretbox_NONCEBYTES;
constexpr size_t kOverhead =
    kEncrypted.size() + kNonceBytes + crypto_secretbox_MACBYTES;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

absl::Status Invalid(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("key file: ", reason));
}

absl::StatusOr<Fields> Parse(absl::string_view plain) {
  for (const absl::string_view old : kOldEncrypted) {
    if (!absl::StartsWith(plain, old)) continue;
    return absl::UnimplementedError(
        "key file: it is encrypted as old wallets did; let the ecosystem's "
        "wallet read it once, which writes it anew");
  }
  absl::StatusOr<Fields> fields = ParseFlatObject(plain);
  if (!fields.ok()) return Annotate(fields.status(), "key file");
  const auto type = fields->find("cryptoType");
  if (type != fields->end() && type->second.text != "1") {
    return Invalid("its cryptoType is not 1: only sr25519 keys are supported");
  }
  return fields;
}

// The string under `name`, empty where there is none.
absl::string_view Text(const Fields& fields, absl::string_view name) {
  const auto field = fields.find(name);
  return field == fields.end() ? "" : field->second.text;
}

// The account that the field names, if it is there.
absl::StatusOr<std::optional<AccountId>> Account(const Fields& fields,
                                                 absl::string_view name) {
  const absl::string_view text = Text(fields, name);
  if (text.empty()) return std::nullopt;
  AccountId account;
  if (name == "ss58Address") {
    SN37_ASSIGN_OR_RETURN(account, DecodeSs58(text));
  } else {
    SN37_ASSIGN_OR_RETURN(const Secret bytes,
                          SecretFromHex(text, account.size()));
    std::copy_n(bytes.data(), account.size(), account.begin());
  }
  return account;
}

// The account that all of the file's public fields agree on; none if it has
// none of them.
absl::StatusOr<std::optional<AccountId>> PublicPart(const Fields& fields) {
  std::optional<AccountId> agreed;
  for (absl::string_view name : {"ss58Address", "publicKey", "accountId"}) {
    absl::StatusOr<std::optional<AccountId>> account = Account(fields, name);
    if (!account.ok()) {
      return Annotate(account.status(), absl::StrCat("key file: ", name));
    }
    if (!account->has_value()) continue;
    if (agreed.has_value() && agreed != *account) {
      return Invalid(absl::StrCat(name, " is not the account of ss58Address"));
    }
    agreed = *account;
  }
  return agreed;
}

absl::StatusOr<Keypair> SecretPart(const Fields& fields) {
  if (const auto seed = Text(fields, "secretSeed"); !seed.empty()) {
    SN37_ASSIGN_OR_RETURN(const Secret bytes, SecretFromHex(seed, 32));
    return Keypair::FromSeed(bytes);
  }
  if (const auto phrase = Text(fields, "secretPhrase"); !phrase.empty()) {
    SN37_ASSIGN_OR_RETURN(const Secret seed, SeedFromMnemonic(phrase, ""));
    return Keypair::FromSeed(seed);
  }
  if (const auto key = Text(fields, "privateKey"); !key.empty()) {
    SN37_ASSIGN_OR_RETURN(Secret bytes, SecretFromHex(key, 64));
    return Keypair::FromSecretKey(std::move(bytes));
  }
  return absl::InvalidArgumentError("it holds no secret key");
}

// `parts` one after the other.
absl::StatusOr<Secret> Join(absl::Span<const absl::string_view> parts) {
  size_t size = 0;
  for (const absl::string_view part : parts) size += part.size();
  SN37_ASSIGN_OR_RETURN(Secret joined, Secret::New(size));
  uint8_t* next = joined.data();
  for (const absl::string_view part : parts) {
    next = std::copy(part.begin(), part.end(), next);
  }
  return joined;
}

absl::StatusOr<Secret> Hex(const Secret& bytes) {
  SN37_ASSIGN_OR_RETURN(Secret digits, Secret::New(2 * bytes.size()));
  constexpr absl::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < bytes.size(); ++i) {
    digits.data()[2 * i] = kDigits[bytes.data()[i] >> 4];
    digits.data()[2 * i + 1] = kDigits[bytes.data()[i] & 15];
  }
  return digits;
}

// The fields that are no secret, without braces.
std::string PublicFields(const AccountId& account) {
  const std::string hex = absl::BytesToHexString(
      {reinterpret_cast<const char*>(account.data()), account.size()});
  return absl::StrCat(R"("accountId": "0x)", hex, R"(", "publicKey": "0x)", hex,
                      R"(", "ss58Address": ")", EncodeSs58(account),
                      R"(", "cryptoType": 1)");
}

}  // namespace

absl::StatusOr<Keypair> ParseKeyFile(absl::string_view plain) {
  SN37_ASSIGN_OR_RETURN(const Fields fields, Parse(plain));
  absl::StatusOr<Keypair> keypair = SecretPart(fields);
  if (!keypair.ok()) return Annotate(keypair.status(), "key file");
  SN37_ASSIGN_OR_RETURN(const std::optional<AccountId> account,
                        PublicPart(fields));
  if (account.has_value() && account != keypair->public_key()) {
    return Invalid("its address does not belong to its secret key");
  }
  return keypair;
}

absl::StatusOr<AccountId> ParsePublicKeyFile(absl::string_view plain) {
  SN37_ASSIGN_OR_RETURN(const Fields fields, Parse(plain));
  SN37_ASSIGN_OR_RETURN(const std::optional<AccountId> account,
                        PublicPart(fields));
  if (!account.has_value()) return Invalid("it holds no address");
  return *account;
}

absl::StatusOr<Secret> KeyFileOfPhrase(absl::string_view phrase) {
  SN37_ASSIGN_OR_RETURN(const Secret entropy, MnemonicEntropy(phrase));
  SN37_ASSIGN_OR_RETURN(const Secret words, MnemonicFromEntropy(entropy));
  SN37_ASSIGN_OR_RETURN(const Secret seed, SeedFromMnemonic(phrase, ""));
  SN37_ASSIGN_OR_RETURN(const Keypair keypair, Keypair::FromSeed(seed));
  SN37_ASSIGN_OR_RETURN(const Secret seed_hex, Hex(seed));
  SN37_ASSIGN_OR_RETURN(const Secret key_hex, Hex(keypair.secret_key()));
  return Join({"{", PublicFields(keypair.public_key()),
               R"(, "privateKey": "0x)", key_hex.view(),
               R"(", "secretPhrase": ")", words.view(),
               R"(", "secretSeed": "0x)", seed_hex.view(), "\"}"});
}

std::string PublicKeyFile(const AccountId& account) {
  return absl::StrCat("{", PublicFields(account), "}");
}

bool IsEncryptedKeyFile(absl::string_view contents) {
  return absl::StartsWith(contents, kEncrypted);
}

absl::StatusOr<Secret> KeyFilePasswordKey(absl::string_view password) {
  SN37_ASSIGN_OR_RETURN(Secret key, Secret::New(crypto_secretbox_KEYBYTES));
  if (crypto_pwhash_argon2i(key.data(), key.size(), password.data(),
                            password.size(), kSalt,
                            crypto_pwhash_argon2i_OPSLIMIT_SENSITIVE,
                            crypto_pwhash_argon2i_MEMLIMIT_SENSITIVE,
                            crypto_pwhash_argon2i_ALG_ARGON2I13) != 0) {
    return absl::ResourceExhaustedError(
        "a key file's password needs 512 MiB of memory; there is less");
  }
  return key;
}

absl::StatusOr<Secret> DecryptKeyFile(absl::string_view contents,
                                      const Secret& password_key) {
  if (!IsEncryptedKeyFile(contents)) return Invalid("it is not encrypted");
  if (contents.size() < kOverhead) return Invalid("its end is missing");
  const absl::string_view nonce =
      contents.substr(kEncrypted.size(), kNonceBytes);
  const absl::string_view box =
      contents.substr(kEncrypted.size() + kNonceBytes);
  SN37_CHECK(password_key.size() == crypto_secretbox_KEYBYTES);
  SN37_ASSIGN_OR_RETURN(Secret plain, Secret::New(contents.size() - kOverhead));
  if (crypto_secretbox_open_easy(plain.data(), Bytes(box), box.size(),
                                 Bytes(nonce), password_key.data()) != 0) {
    return absl::PermissionDeniedError(
        "key file: the password is wrong, or the file is damaged");
  }
  return plain;
}

std::string EncryptKeyFile(absl::string_view plain,
                           const Secret& password_key) {
  SN37_CHECK(password_key.size() == crypto_secretbox_KEYBYTES);
  std::string contents(kOverhead + plain.size(), '\0');
  std::copy(kEncrypted.begin(), kEncrypted.end(), contents.begin());
  auto* nonce = reinterpret_cast<uint8_t*>(&contents[kEncrypted.size()]);
  randombytes_buf(nonce, kNonceBytes);
  crypto_secretbox_easy(nonce + kNonceBytes, Bytes(plain), plain.size(), nonce,
                        password_key.data());
  return contents;
}

}  // namespace sn37::chain
