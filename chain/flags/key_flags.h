// The flags that say which key signs; wallet_flags.h has what opens it.
#ifndef CHAIN_FLAGS_KEY_FLAGS_H_
#define CHAIN_FLAGS_KEY_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/keys/keypair.h"

namespace sn37::chain {

inline constexpr absl::string_view kKeyFlagFile = "chain/flags/key_flags.cc";

// Whether one of --wallet, --key_file and --suri was given.
bool KeyIsNamed();

// The key of that flag. Warnings about its file go to standard error.
absl::StatusOr<Keypair> NamedKey();

// Where --wallet or --key_file puts a key; InvalidArgument if neither or both
// were given.
absl::StatusOr<std::string> NamedKeyPath();

// --wallet as it was given.
std::string WalletName();

}  // namespace sn37::chain

#endif  // CHAIN_FLAGS_KEY_FLAGS_H_
