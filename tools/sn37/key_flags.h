// The flags that say which key signs, and what opens it.
#ifndef TOOLS_SN37_KEY_FLAGS_H_
#define TOOLS_SN37_KEY_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/keys/keypair.h"
#include "chain/keys/secret.h"

namespace sn37::tools {

inline constexpr absl::string_view kKeyFlagFile = "tools/sn37/key_flags.cc";

// Whether one of --wallet, --key_file and --suri was given.
bool KeyIsNamed();

// The key of that flag. Warnings about its file go to standard error.
absl::StatusOr<chain::Keypair> NamedKey();

// Where --wallet or --key_file puts a key; InvalidArgument if neither or both
// were given.
absl::StatusOr<std::string> NamedKeyPath();

// --wallet as it was given, and the folder of wallets.
std::string WalletName();
std::string WalletsFolder();

// The first line of --password_file, else what a person types; twice alike if
// it is `fresh`.
absl::StatusOr<chain::Secret> Password(bool fresh);

}  // namespace sn37::tools

#endif  // TOOLS_SN37_KEY_FLAGS_H_
