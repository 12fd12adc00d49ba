// Bytes that must not leak: in memory that is locked against swapping where
// the system's limit (ulimit -l) allows it, left out of core dumps, between
// guard pages, and wiped when it goes.
//
//   SN37_ASSIGN_OR_RETURN(chain::Secret seed, chain::Secret::New(32));
//   randombytes_buf(seed.data(), seed.size());
//
// Each takes some pages of its own, so it is for keys and not for many small
// things.
#ifndef CHAIN_KEYS_SECRET_H_
#define CHAIN_KEYS_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sn37::chain {

// Move-only; a moved-from secret may only be destroyed or assigned to.
class Secret {
 public:
  // `size` zeros. kResourceExhausted where memory has no room for them.
  static absl::StatusOr<Secret> New(size_t size);
  // The caller wipes `bytes`.
  static absl::StatusOr<Secret> Copy(absl::string_view bytes);

  uint8_t* data() { return bytes_.get(); }
  const uint8_t* data() const { return bytes_.get(); }
  size_t size() const { return size_; }
  // The bytes; the view lives as long as this object.
  absl::string_view view() const {
    return {reinterpret_cast<const char*>(bytes_.get()), size_};
  }

 private:
  struct WipeAndFree {
    void operator()(uint8_t* bytes) const;
  };

  Secret(uint8_t* bytes, size_t size) : bytes_(bytes), size_(size) {}

  std::unique_ptr<uint8_t[], WipeAndFree> bytes_;
  size_t size_;
};

// "0x" (not demanded) and two hexadecimal digits for each of `size` bytes.
// kInvalidArgument else; the message quotes nothing.
absl::StatusOr<Secret> SecretFromHex(absl::string_view hex, size_t size);

}  // namespace sn37::chain

#endif  // CHAIN_KEYS_SECRET_H_
