// Key files from anywhere: no crash, and no file with two identities.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "chain/keys/key_file.h"
#include "sn37/base/check.h"

namespace sn37::chain {
namespace {

void ReadAsKeyFile(absl::string_view contents) {
  const auto key = ParseKeyFile(contents);
  const auto account = ParsePublicKeyFile(contents);
  if (key.ok() && account.ok()) SN37_CHECK(key->public_key() == *account);
  if (account.ok()) {
    SN37_CHECK(*ParsePublicKeyFile(PublicKeyFile(*account)) == *account);
  }
  static const Secret& password_key =
      *new Secret(*SecretFromHex(std::string(64, '5'), 32));
  SN37_CHECK(!DecryptKeyFile(contents, password_key).ok());
}

}  // namespace
}  // namespace sn37::chain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sn37::chain::ReadAsKeyFile({reinterpret_cast<const char*>(data), size});
  return 0;
}
