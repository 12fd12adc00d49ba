#include "chain/flags/wallet_flags.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "chain/keys/password.h"
#include "chain/keys/wallet.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

ABSL_FLAG(std::string, wallets, "",
          "Folder of the wallets; by default ~/.bittensor/wallets.");
ABSL_FLAG(std::string, password_file, "",
          "File whose first line is the password of encrypted keys; without it "
          "the password is asked for.");

namespace sn37::chain {
namespace {

void Warn(const std::string& warning) {
  if (!warning.empty()) std::cerr << "warning: " << warning << "\n";
}

}  // namespace

std::string WalletsFolder() {
  const std::string folder = absl::GetFlag(FLAGS_wallets);
  if (!folder.empty()) return folder;
  const char* home = std::getenv("HOME");
  return JoinPath(home == nullptr ? "" : home, ".bittensor/wallets");
}

absl::StatusOr<Secret> Password(bool fresh) {
  const std::string path = absl::GetFlag(FLAGS_password_file);
  if (!path.empty()) {
    SN37_ASSIGN_OR_RETURN(SecretFile file, ReadPasswordFile(path));
    Warn(file.warning);
    return std::move(file.contents);
  }
  SN37_ASSIGN_OR_RETURN(Secret typed, AskPassword("password of the key file"));
  if (fresh) {
    SN37_ASSIGN_OR_RETURN(const Secret again, AskPassword("the same again"));
    if (typed.view() != again.view()) {
      return absl::InvalidArgumentError("the two passwords are not the same");
    }
  }
  return typed;
}

absl::StatusOr<Keypair> OpenKey(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(LoadedKey loaded, LoadKey(path, [] {
                          return Password(/*fresh=*/false);
                        }));
  Warn(loaded.warning);
  return std::move(loaded.keypair);
}

}  // namespace sn37::chain
