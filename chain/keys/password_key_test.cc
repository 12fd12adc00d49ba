// The passwords of the recorded key files: some seconds each, so apart.
#include <string>

#include "absl/strings/escaping.h"
#include "chain/keys/key_file.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::chain {
namespace {

TEST(PasswordKeyTest, PasswordsGiveTheKeysOfTheWallet) {
  const auto text =
      ReadFile("chain/keys/testdata/keyfiles/manifest.json", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status();
  int passwords = 0;
  const auto manifest = ParseJson(*text, {});
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  for (const auto& vector : *manifest) {
    if (!vector.contains("argon2i_key_hex")) continue;
    ++passwords;
    const auto key = KeyFilePasswordKey(vector["password"].get<std::string>());
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(absl::BytesToHexString(key->view()),
              vector["argon2i_key_hex"].get<std::string>());
  }
  EXPECT_EQ(passwords, 3);
}

}  // namespace
}  // namespace sn37::chain
