// The ecosystem's wallet tree, and keys loaded from it:
//
//   WALLETS/NAME/coldkey            the owner's key; encrypted as a rule
//   WALLETS/NAME/coldkeypub.txt     its address
//   WALLETS/NAME/hotkeys/HOTKEY     keys that sign day by day
//
// A key is named NAME for a coldkey, NAME/HOTKEY for a hotkey. WALLETS is
// ~/.bittensor/wallets as a rule; the caller says it.
//
//   auto ask = [] { return chain::AskPassword("password"); };
//   SN37_ASSIGN_OR_RETURN(std::string path,
//                         chain::WalletKeyPath(wallets, "miner/default"));
//   SN37_ASSIGN_OR_RETURN(chain::LoadedKey hotkey, chain::LoadKey(path, ask));
//
// Functions without state; safe from any thread.
#ifndef CHAIN_KEYS_WALLET_H_
#define CHAIN_KEYS_WALLET_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/codec/ss58.h"
#include "chain/keys/keypair.h"
#include "chain/keys/secret.h"

namespace sn37::chain {

// Where a key's file is. kInvalidArgument for a name that is none or would
// leave the tree.
absl::StatusOr<std::string> WalletKeyPath(absl::string_view wallets,
                                          absl::string_view name);

struct LoadedKey {
  Keypair keypair;
  std::string warning;  // of secret_file.h
};

// The key of a file of either form. `password` is asked only if the file is
// encrypted. Errors of key_file.h and secret_file.h, naming the file.
absl::StatusOr<LoadedKey> LoadKey(
    const std::string& path,
    absl::FunctionRef<absl::StatusOr<Secret>()> password);

// Adds a key under a name that is free, with the folders above it: `contents`
// as key_file.h makes them, and for a coldkey the public file too. Files get
// mode 0600. Returns the path; kAlreadyExists if anything is there, which
// stays as it was.
absl::StatusOr<std::string> AddWalletKey(absl::string_view wallets,
                                         absl::string_view name,
                                         absl::string_view contents,
                                         const AccountId& account);

struct WalletKey {
  std::string name;     // as above
  std::string path;     // of the file that was read
  std::string address;  // SS58; empty if only the password would tell it
  bool encrypted = false;
  // One line for the operator: why the file is no key, or that others may read
  // it. Else empty.
  std::string problem;
};

// Every key of the tree, in byte order of names; hidden files are skipped. No
// password is asked. kNotFound if there is no such folder.
absl::StatusOr<std::vector<WalletKey>> ListWallets(const std::string& wallets);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_WALLET_H_
