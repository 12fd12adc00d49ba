// Files that hold secrets, between the disk and protected memory (secret.h).
// Errors as in sn37/base/file.h; none quotes what a file holds. Safe from any
// thread.
#ifndef CHAIN_KEYS_SECRET_FILE_H_
#define CHAIN_KEYS_SECRET_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "chain/keys/secret.h"

namespace sn37::chain {

struct SecretFile {
  Secret contents;
  // For the operator where others than the owner may read or write the file:
  // one line that names it and says what to do. Else empty.
  std::string warning;
};

// A regular file of at most `max_bytes`. kAborted if it shrinks meanwhile.
absl::StatusOr<SecretFile> ReadSecretFile(const std::string& path,
                                          size_t max_bytes);

// Creates `path` with mode 0600, whole and on disk or not at all: under a
// hidden random name beside it first, which nobody else can know or open.
// kAlreadyExists for a name that is taken: a key is never overwritten.
absl::Status CreateSecretFile(const std::string& path,
                              absl::string_view contents);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_SECRET_FILE_H_
