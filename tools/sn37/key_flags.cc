#include "tools/sn37/key_flags.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "chain/keys/password.h"
#include "chain/keys/wallet.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, wallet, "",
          "The key: WALLET for a coldkey, WALLET/HOTKEY for a hotkey.");
ABSL_FLAG(std::string, wallets, "",
          "Folder of the wallets; by default ~/.bittensor/wallets.");
ABSL_FLAG(std::string, key_file, "", "The key: a key file anywhere.");
ABSL_FLAG(std::string, suri, "",
          "The key: a secret URI such as //Alice, or - to type it unseen. "
          "Others on this machine can see what a command line holds.");
ABSL_FLAG(std::string, password_file, "",
          "File whose first line is the password of an encrypted key; without "
          "it the password is asked for.");

namespace sn37::tools {
namespace {

void Warn(const std::string& warning) {
  if (!warning.empty()) std::cerr << "sn37: warning: " << warning << "\n";
}

absl::StatusOr<chain::Keypair> KeyOfUri(const std::string& uri) {
  if (uri != "-") return chain::Keypair::FromUri(uri);
  SN37_ASSIGN_OR_RETURN(const chain::Secret typed,
                        chain::AskPassword("secret URI"));
  return chain::Keypair::FromUri(typed.view());
}

}  // namespace

std::string WalletName() { return absl::GetFlag(FLAGS_wallet); }

std::string WalletsFolder() {
  const std::string folder = absl::GetFlag(FLAGS_wallets);
  if (!folder.empty()) return folder;
  const char* home = std::getenv("HOME");
  return JoinPath(home == nullptr ? "" : home, ".bittensor/wallets");
}

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
  return chain::WalletKeyPath(WalletsFolder(), WalletName());
}

absl::StatusOr<chain::Keypair> NamedKey() {
  const std::string uri = absl::GetFlag(FLAGS_suri);
  if (!uri.empty() && WalletName().empty() &&
      absl::GetFlag(FLAGS_key_file).empty()) {
    return KeyOfUri(uri);
  }
  SN37_ASSIGN_OR_RETURN(const std::string path, NamedKeyPath());
  SN37_ASSIGN_OR_RETURN(chain::LoadedKey loaded, chain::LoadKey(path, [] {
                          return Password(/*fresh=*/false);
                        }));
  Warn(loaded.warning);
  return std::move(loaded.keypair);
}

absl::StatusOr<chain::Secret> Password(bool fresh) {
  const std::string path = absl::GetFlag(FLAGS_password_file);
  if (!path.empty()) {
    SN37_ASSIGN_OR_RETURN(chain::SecretFile file,
                          chain::ReadPasswordFile(path));
    Warn(file.warning);
    return std::move(file.contents);
  }
  SN37_ASSIGN_OR_RETURN(chain::Secret typed,
                        chain::AskPassword("password of the key file"));
  if (fresh) {
    SN37_ASSIGN_OR_RETURN(const chain::Secret again,
                          chain::AskPassword("the same again"));
    if (typed.view() != again.view()) {
      return absl::InvalidArgumentError("the two passwords are not the same");
    }
  }
  return typed;
}

}  // namespace sn37::tools
