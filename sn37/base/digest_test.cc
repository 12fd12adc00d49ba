#include "sn37/base/digest.h"

#include <unistd.h>

#include <string>

#include "absl/container/flat_hash_set.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37 {
namespace {

// FIPS 180-4's own examples.
TEST(DigestTest, KnownAnswers) {
  const struct {
    std::string text, hex;
  } kCases[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc",
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1000000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Sha256(c.text).hex(), c.hex);
}

TEST(DigestTest, Base64IsStandardAndPadded) {
  EXPECT_EQ(Sha256("").base64(),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  // conformance.md, B9.10
  EXPECT_EQ(Sha256("test text.").base64(),
            "tXNDvHVzqYIRiUx0rvK+M5+Lu4OLzhfPJH+gf7HvCeA=");
}

TEST(DigestTest, HexAndBytesRoundTripAndRefuseTheRest) {
  const Digest digest = Sha256("abc");
  EXPECT_EQ(*Digest::FromHex(digest.hex()), digest);
  EXPECT_EQ(*Digest::FromBytes(digest.bytes()), digest);
  std::string upper = digest.hex();
  for (char& c : upper) c = toupper(c);
  EXPECT_EQ(*Digest::FromHex(upper), digest);
  EXPECT_FALSE(Digest::FromHex("").ok());
  EXPECT_FALSE(Digest::FromHex(digest.hex().substr(1)).ok());
  EXPECT_FALSE(Digest::FromHex(digest.hex() + "0").ok());
  EXPECT_FALSE(Digest::FromHex("x" + digest.hex().substr(1)).ok());
  EXPECT_FALSE(Digest::FromBytes("short").ok());
}

TEST(DigestTest, IsAKey) {
  absl::flat_hash_set<Digest> set{Sha256("a"), Sha256("b"), Sha256("a")};
  EXPECT_EQ(set.size(), 2u);
  EXPECT_LT(Digest(), Sha256("a"));
}

TEST(DigestTest, PiecesGiveTheDigestOfTheWhole) {
  Sha256Hasher hasher;
  for (const char* piece : {"a", "", "bc"}) hasher.Update(piece);
  EXPECT_EQ(hasher.Finish(), Sha256("abc"));
}

TEST(DigestTest, FileIsHashedWithProgress) {
  const std::string path =
      ::testing::TempDir() + "digest_" + std::to_string(getpid());
  const std::string contents(3000000, 'z');
  ASSERT_TRUE(WriteFileWhole(path, contents).ok());
  uint64_t seen = 0;
  EXPECT_EQ(*Sha256File(path, [&](uint64_t bytes) { seen += bytes; }),
            Sha256(contents));
  EXPECT_EQ(seen, contents.size());
  EXPECT_EQ(Sha256File(path + "x").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sn37
