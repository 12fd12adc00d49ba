// Passwords from a file or a person.
#ifndef CHAIN_KEYS_PASSWORD_H_
#define CHAIN_KEYS_PASSWORD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/keys/secret.h"
#include "chain/keys/secret_file.h"

namespace sn37::chain {

// The longest secret that is read by these.
inline constexpr size_t kMaxPasswordBytes = 4096;

// The first line of a file, without its end. It may be empty.
absl::StatusOr<SecretFile> ReadPasswordFile(const std::string& path);

// Shows `prompt` on the terminal of the process and reads a line that is not
// shown. Signals of the terminal wait until it is done. kFailedPrecondition
// where there is no terminal. One thread at a time.
absl::StatusOr<Secret> AskPassword(absl::string_view prompt);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_PASSWORD_H_
