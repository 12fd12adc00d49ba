#include "chain/keys/secret.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sn37/base/status_macros.h"
#include "sodium.h"

namespace sn37::chain {

void Secret::WipeAndFree::operator()(uint8_t* bytes) const {
  sodium_free(bytes);  // wipes
}

absl::StatusOr<Secret> Secret::New(size_t size) {
  if (sodium_init() < 0) return absl::InternalError("libsodium cannot start");
  Secret secret(static_cast<uint8_t*>(sodium_malloc(size)), size);
  if (secret.data() == nullptr) {
    return absl::ResourceExhaustedError("no memory for a secret");
  }
  std::fill_n(secret.data(), size, 0);
  return secret;
}

absl::StatusOr<Secret> Secret::Copy(absl::string_view bytes) {
  SN37_ASSIGN_OR_RETURN(Secret secret, New(bytes.size()));
  std::copy(bytes.begin(), bytes.end(), secret.data());
  return secret;
}

absl::StatusOr<Secret> SecretFromHex(absl::string_view hex, size_t size) {
  absl::ConsumePrefix(&hex, "0x");
  SN37_ASSIGN_OR_RETURN(Secret secret, Secret::New(size));
  size_t read = 0;
  const char* end = nullptr;
  if (sodium_hex2bin(secret.data(), size, hex.data(), hex.size(), nullptr,
                     &read, &end) != 0 ||
      read != size || end != hex.data() + hex.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("it is not 0x and ", 2 * size, " hexadecimal digits"));
  }
  return secret;
}

}  // namespace sn37::chain
