#include "chain/keys/wallet.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "chain/keys/key_file.h"
#include "chain/keys/secret_file.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

constexpr size_t kMaxEntries = 100000;  // of one folder
constexpr absl::string_view kPublicSuffix = "pub.txt";

// Where the address of the key at `path` is kept for all to read.
std::string PublicPath(absl::string_view path) {
  return absl::StrCat(path, kPublicSuffix);
}

// The names in a folder that may be keys or wallets; none if it is no folder.
std::vector<std::string> Names(const std::string& folder) {
  std::vector<std::string> names;
  const auto entries = ListFolder(folder, kMaxEntries);
  if (!entries.ok()) return names;
  for (const std::string& name : *entries) {
    if (absl::StartsWith(name, ".")) continue;
    if (absl::EndsWith(name, kPublicSuffix)) continue;
    names.push_back(name);
  }
  return names;
}

absl::StatusOr<AccountId> AccountOf(const absl::StatusOr<Keypair>& keypair) {
  if (!keypair.ok()) return keypair.status();
  return keypair->public_key();
}

// What can be said of the key at `path` without a password.
WalletKey Describe(std::string name, const std::string& path) {
  WalletKey key;
  key.name = std::move(name);
  key.path = path;
  const bool only_public = !FileExists(path) && FileExists(PublicPath(path));
  if (only_public) key.path = PublicPath(path);
  const auto file = ReadSecretFile(key.path, kMaxKeyFileBytes);
  if (!file.ok()) {
    key.problem = std::string(file.status().message());
    return key;
  }
  key.problem = only_public ? "its secret is not here" : file->warning;
  key.encrypted = IsEncryptedKeyFile(file->contents.view());
  absl::StatusOr<AccountId> account;
  if (key.encrypted) {
    const auto beside = ReadFile(PublicPath(path), kMaxKeyFileBytes);
    if (!beside.ok()) return key;
    account = ParsePublicKeyFile(*beside);
  } else if (only_public) {
    account = ParsePublicKeyFile(file->contents.view());
  } else {
    account = AccountOf(ParseKeyFile(file->contents.view()));
  }
  if (account.ok()) {
    key.address = EncodeSs58(*account);
  } else {
    key.problem = std::string(account.status().message());
  }
  return key;
}

}  // namespace

absl::StatusOr<std::string> WalletKeyPath(absl::string_view wallets,
                                          absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  bool plain = parts.size() <= 2;
  for (const std::string& part : parts) plain = plain && IsPlainName(part);
  if (!plain) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", Printable(name),
                     "\" names no key: write WALLET or WALLET/HOTKEY"));
  }
  const std::string wallet = JoinPath(wallets, parts[0]);
  return parts.size() == 1 ? JoinPath(wallet, "coldkey")
                           : JoinPath(JoinPath(wallet, "hotkeys"), parts[1]);
}

absl::StatusOr<LoadedKey> LoadKey(
    const std::string& path,
    absl::FunctionRef<absl::StatusOr<Secret>()> password) {
  SN37_ASSIGN_OR_RETURN(SecretFile file,
                        ReadSecretFile(path, kMaxKeyFileBytes));
  if (IsEncryptedKeyFile(file.contents.view())) {
    SN37_ASSIGN_OR_RETURN(const Secret typed, password());
    SN37_ASSIGN_OR_RETURN(const Secret key, KeyFilePasswordKey(typed.view()));
    auto plain = DecryptKeyFile(file.contents.view(), key);
    if (!plain.ok()) return Annotate(plain.status(), Printable(path));
    file.contents = *std::move(plain);
  }
  auto keypair = ParseKeyFile(file.contents.view());
  if (!keypair.ok()) return Annotate(keypair.status(), Printable(path));
  return LoadedKey{*std::move(keypair), std::move(file.warning)};
}

absl::StatusOr<std::string> AddWalletKey(absl::string_view wallets,
                                         absl::string_view name,
                                         absl::string_view contents,
                                         const AccountId& account) {
  SN37_ASSIGN_OR_RETURN(const std::string path, WalletKeyPath(wallets, name));
  const bool coldkey = !absl::StrContains(name, '/');
  if (coldkey && FileExists(PublicPath(path))) {
    return absl::AlreadyExistsError(absl::StrCat(
        Printable(PublicPath(path)), " exists already; it was left as it is"));
  }
  SN37_RETURN_IF_ERROR(MakeFolder(path.substr(0, path.rfind('/'))));
  SN37_RETURN_IF_ERROR(CreateSecretFile(path, contents));
  if (coldkey) {
    SN37_RETURN_IF_ERROR(
        CreateSecretFile(PublicPath(path), PublicKeyFile(account)));
  }
  return path;
}

absl::StatusOr<std::vector<WalletKey>> ListWallets(const std::string& wallets) {
  SN37_RETURN_IF_ERROR(ListFolder(wallets, kMaxEntries).status());
  std::vector<WalletKey> keys;
  for (const std::string& wallet : Names(wallets)) {
    const std::string folder = JoinPath(wallets, wallet);
    const std::string coldkey = JoinPath(folder, "coldkey");
    if (FileExists(coldkey) || FileExists(PublicPath(coldkey))) {
      keys.push_back(Describe(wallet, coldkey));
    }
    const std::string hotkeys = JoinPath(folder, "hotkeys");
    for (const std::string& hotkey : Names(hotkeys)) {
      keys.push_back(Describe(absl::StrCat(wallet, "/", hotkey),
                              JoinPath(hotkeys, hotkey)));
    }
  }
  return keys;
}

}  // namespace sn37::chain
