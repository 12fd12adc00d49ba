// SHA-256 digests: the names of weights, tokenizers, snapshots, sample sets and
// engine builds. Computed by OpenSSL's EVP, which uses the CPU's SHA
// instructions where it has them.
//
//   Sha256("abc").hex() == "ba7816bf…"
#ifndef SN37_BASE_DIGEST_H_
#define SN37_BASE_DIGEST_H_

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct evp_md_ctx_st;

namespace sn37 {

// The 32 bytes of a SHA-256 digest; a value type, ordered as bytes, usable as a
// key. A default one is all zero and stands for no content.
class Digest {
 public:
  static constexpr size_t kBytes = 32;

  Digest() : bytes_{} {}
  explicit Digest(const std::array<uint8_t, kBytes>& bytes) : bytes_(bytes) {}

  // 64 hex digits of either case, nothing before or after.
  static absl::StatusOr<Digest> FromHex(absl::string_view hex);
  // Exactly 32 bytes, as a protobuf field holds them.
  static absl::StatusOr<Digest> FromBytes(absl::string_view bytes);

  // 64 lower-case hex digits.
  std::string hex() const;
  // Standard base64 with padding, 44 characters.
  std::string base64() const;
  // The bytes themselves; the view lives as long as this object.
  absl::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), kBytes};
  }

  friend auto operator<=>(const Digest&, const Digest&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Digest& digest) {
    return H::combine(std::move(h), digest.bytes_);
  }

 private:
  std::array<uint8_t, kBytes> bytes_;
};

// The digest of `bytes`.
Digest Sha256(absl::string_view bytes);

// The digest of bytes that come in pieces. Movable; one thread at a time.
class Sha256Hasher {
 public:
  Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) = default;
  Sha256Hasher& operator=(Sha256Hasher&&) = default;

  void Update(absl::string_view bytes);
  // The digest of everything so far. Further calls are a broken invariant.
  Digest Finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

// The digest of a regular file's content. `progress`, where given, is called
// after each piece with the number of bytes that it had.
absl::StatusOr<Digest> Sha256File(
    const std::string& path,
    const std::function<void(uint64_t bytes)>& progress = nullptr);

}  // namespace sn37

#endif  // SN37_BASE_DIGEST_H_
