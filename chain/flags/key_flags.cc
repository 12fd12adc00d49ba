#include "chain/flags/key_flags.h"

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "chain/flags/wallet_flags.h"
#include "chain/keys/password.h"
#include "chain/keys/secret.h"
#include "chain/keys/wallet.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, wallet, "",
          "The key: WALLET for a coldkey, WALLET/HOTKEY for a hotkey.");
ABSL_FLAG(std::string, key_file, "", "The key: a key file anywhere.");
ABSL_FLAG(std::string, suri, "",
          "The key: a secret URI such as //Alice, or - to type it unseen. "
          "Others on this machine can see what a command line holds.");

namespace sn37::chain {
namespace {

absl::StatusOr<Keypair> KeyOfUri(const std::string& uri) {
  if (uri != "-") return Keypair::FromUri(uri);
  SN37_ASSIGN_OR_RETURN(const Secret typed, AskPassword("secret URI"));
  return Keypair::FromUri(typed.view());
}

}  // namespace

std::string WalletName() { return absl::GetFlag(FLAGS_wallet); }

bool KeyIsNamed() {
  return !WalletName().empty() || !absl::GetFlag(FLAGS_key_file).empty() ||
         !absl::GetFlag(FLAGS_suri).empty();
}

absl::StatusOr<std::string> NamedKeyPath() {
  const std::string file = absl::GetFlag(FLAGS_key_file);
  if (file.empty() == WalletName().empty()) {
    return absl::InvalidArgumentError(
        "name the key by one of --wallet, --key_file and --suri");
  }
  if (!file.empty()) return file;
  return WalletKeyPath(WalletsFolder(), WalletName());
}

absl::StatusOr<Keypair> NamedKey() {
  const std::string uri = absl::GetFlag(FLAGS_suri);
  if (!uri.empty() && WalletName().empty() &&
      absl::GetFlag(FLAGS_key_file).empty()) {
    return KeyOfUri(uri);
  }
  SN37_ASSIGN_OR_RETURN(const std::string path, NamedKeyPath());
  return OpenKey(path);
}

}  // namespace sn37::chain
