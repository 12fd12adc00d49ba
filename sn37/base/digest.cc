#include "sn37/base/digest.h"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37 {

absl::StatusOr<Digest> Digest::FromHex(absl::string_view hex) {
  const bool digits = std::all_of(hex.begin(), hex.end(), [](unsigned char c) {
    return std::isxdigit(c) != 0;
  });
  if (hex.size() != 2 * kBytes || !digits) {
    return absl::InvalidArgumentError("a digest is 64 hex digits");
  }
  return FromBytes(absl::HexStringToBytes(hex));
}

absl::StatusOr<Digest> Digest::FromBytes(absl::string_view bytes) {
  if (bytes.size() != kBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a digest is 32 bytes, not ", bytes.size()));
  }
  Digest digest;
  std::copy(bytes.begin(), bytes.end(), digest.bytes_.begin());
  return digest;
}

std::string Digest::hex() const { return absl::BytesToHexString(bytes()); }

std::string Digest::base64() const { return absl::Base64Escape(bytes()); }

Digest Sha256(absl::string_view bytes) {
  std::array<uint8_t, Digest::kBytes> out;
  SN37_CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr,
                        EVP_sha256(), nullptr) == 1);
  return Digest(out);
}

Sha256Hasher::Sha256Hasher() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  SN37_CHECK(context_ != nullptr);
  SN37_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256Hasher::Update(absl::string_view bytes) {
  SN37_CHECK(context_ != nullptr) << "Update after Finish";
  SN37_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256Hasher::Finish() {
  SN37_CHECK(context_ != nullptr) << "Finish after Finish";
  std::array<uint8_t, Digest::kBytes> out;
  SN37_CHECK(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) == 1);
  context_.reset();
  return Digest(out);
}

absl::StatusOr<Digest> Sha256File(
    const std::string& path,
    const std::function<void(uint64_t bytes)>& progress) {
  SN37_ASSIGN_OR_RETURN(auto opened, OpenForReading(path));
  const int fd = opened.first.get();
  constexpr size_t kPiece = 1 << 20;
  std::vector<char> buffer(kPiece);
  Sha256Hasher hasher;
  while (true) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "read", path);
    if (got == 0) return hasher.Finish();
    hasher.Update({buffer.data(), static_cast<size_t>(got)});
    if (progress) progress(got);
  }
}

}  // namespace sn37
