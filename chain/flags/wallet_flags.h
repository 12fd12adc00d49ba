// The flags that say where wallets are and what opens their keys.
#ifndef CHAIN_FLAGS_WALLET_FLAGS_H_
#define CHAIN_FLAGS_WALLET_FLAGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/keys/keypair.h"
#include "chain/keys/secret.h"

namespace sn37::chain {

inline constexpr absl::string_view kWalletFlagFile =
    "chain/flags/wallet_flags.cc";

// --wallets, or ~/.bittensor/wallets.
std::string WalletsFolder();

// The first line of --password_file, else what a person types; twice alike if
// it is `fresh`.
absl::StatusOr<Secret> Password(bool fresh);

// The key of a file, opened by Password where it is encrypted. Warnings about
// files go to standard error.
absl::StatusOr<Keypair> OpenKey(const std::string& path);

}  // namespace sn37::chain

#endif  // CHAIN_FLAGS_WALLET_FLAGS_H_
